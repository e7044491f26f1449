import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { holds } from '../../support/holds.ts'
import { ROOT } from '../../support/source.ts'
import { RawClient } from './client.ts'
import { readRequest } from './hsmrequest.ts'
import { FyersEmulator } from './server.ts'

const SBIN = 'sf|nse_cm|3045'
const TCS = 'sf|nse_cm|11536'

const folder = join(ROOT, '../shared/fixtures/brokers/fyers')

describe.runIf(existsSync(folder))('what was recorded', () => {
  it('is read as the requests that it was', () => {
    const { requests } = JSON.parse(readFileSync(join(folder, 'hsm-requests-sdk.json'), 'utf8')) as {
      requests: { hex: string }[]
    }
    const read = requests.map(({ hex }) => readRequest(Buffer.from(hex, 'hex')))
    expect(read.map(({ kind }) => kind).join(' ')).toBe(
      'subscribe subscribe subscribe subscribe unsubscribe pause pause resume mode mode snapshot acknowledge ping',
    )
    expect(read[1]).toEqual({ kind: 'subscribe', topics: [SBIN, TCS], channel: 11 })
    expect(read[6]).toMatchObject({ channels: Array.from({ length: 30 }, (_, n) => n + 1).filter(n => n !== 11) })
    expect(read[8]).toEqual({ kind: 'mode', channels: [11], isLite: true })
    expect(read[11]).toEqual({ kind: 'acknowledge', number: 2 })
  })

  it('is shown as it was', async () => {
    const emulator = await FyersEmulator.start({ tickMs: 0 })
    emulator.login()
    const client = new RawClient(emulator)
    await holds(() => expect(client.isOpen).toBe(true))
    client.logIn()
    client.resume(11)
    client.subscribe([SBIN])
    // Behind number, count, kind, id and topic: how many values, and the first of them, the last price.
    await holds(() => expect(client.of(6)[0]?.subarray(24, 29).toString('hex')).toBe('150001a15d'))
    client.close()
    await emulator.close()
  })
})
