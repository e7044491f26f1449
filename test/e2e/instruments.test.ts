import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { KiteEmulator } from '../emulators/kite/server.ts'
import { OWN_STATUS, peakOf } from '../support/peak.ts'
import { Processes } from '../support/system.ts'

const SIZE = 150_000
/**
 * Several times what it takes, and a fraction of what a step that grows with the square would: processor time itself
 * doubles where the cores are shared. What it does take stands in scripts/README.md.
 */
const LIMIT_MS = 30_000
const LIMIT_MB = 300

/** What a process has used, written to stderr as its last line. */
const TELL = `
  import { readFileSync } from 'node:fs'
  const used = () => ({ cpu: process.cpuUsage(), status: readFileSync('${OWN_STATUS}', 'utf8') })
  process.on('exit', () => process.stderr.write(JSON.stringify(used())))`
const usage = z.object({ cpu: z.object({ user: z.number(), system: z.number() }), status: z.string() })

let kite: KiteEmulator
let there: Processes

beforeAll(async () => {
  kite = await KiteEmulator.start({ rows: SIZE })
  there = new Processes(`[feeds.ZERODHA]\napi_url = "${kite.apiUrl}"\n`)
  const said = await there.pipe(`api_key=${kite.apiKey}\napi_secret=${kite.apiSecret}\n`, 'account', 'add', 'zerodha')
  expect(said.code, said.err).toBe(0)
}, 60_000)

afterAll(async () => {
  await kite?.close()
  there?.remove()
})

describe('a list of 150,000 rows, fetched by the command from a broker', () => {
  it.each([
    ['for the first time', true],
    ['and again, the same', false],
  ])(
    '%s takes time in proportion, and less than 300 MB of the whole process',
    { timeout: 120_000 },
    async (_, changed) => {
      const options = `--import data:text/javascript,${encodeURIComponent(TELL)}`
      const { code, out, err } = await there.start(['instruments', 'sync'], { NODE_OPTIONS: options }).done
      expect(code, err).toBe(0)
      expect(JSON.parse(out)).toMatchObject({ count: SIZE, changed, skipped: 0 })
      const { cpu, status } = usage.parse(JSON.parse(err))
      expect(peakOf(status) / 2 ** 20).toBeLessThan(LIMIT_MB)
      // Of the processor: how long it has to wait for one is the machine's affair.
      expect((cpu.user + cpu.system) / 1000).toBeLessThan(LIMIT_MS)
    },
  )

  it('is searched by the command', async () => {
    const { out } = await there.run('instruments', 'search', 'reliance', '--feed', 'ZERODHA', '--limit', '1')
    expect(JSON.parse(out)).toMatchObject({
      exchange: 'NSE',
      symbol: 'RELIANCE',
      token: String(kite.row('NSE:RELIANCE').token),
    })
  })
})
