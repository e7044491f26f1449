import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../shared/config.ts'
import { ROOT, sourceFiles } from '../support/source.ts'
import { type Case, limited, play } from './case.ts'
import { CASES, chosen, SECTIONS } from './catalogue.ts'
import { certificateFor, type SelfSigned } from './certificate.ts'
import { type Echo, startEcho } from './echo.ts'

const LIMIT = loadConfig({}, {}).proxy.maxMessageBytes
const MIB = 1024 * 1024

/** What is wrong, by case. */
async function failures(cases: readonly Case[], limit: number, echo: Echo, secure?: SelfSigned): Promise<string[]> {
  const failed: string[] = []
  for (const one of cases) {
    const verdict = await play(limited(one, limit), { port: echo.port, certificate: secure?.certificate })
    if (typeof verdict === 'object') failed.push(`${one.id} ${one.about}: ${verdict.failed}`)
  }
  return failed
}

const quick = Object.entries(SECTIONS).filter(([section]) => section !== '9 limits')

describe('the cases', () => {
  it('are as many as in the Autobahn suite without compression, and some more, each with a number of its own', () => {
    expect(CASES).toHaveLength(301 + (SECTIONS['B beyond it']?.length ?? 0))
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length)
  })
})

describe.each([
  ['ws:', undefined],
  ['wss:', certificateFor('localhost')],
])('a server with the options of the proxy, over %s', (_, secure) => {
  let echo: Echo

  beforeAll(async () => {
    echo = await startEcho({ maxMessageBytes: LIMIT, secure })
  })

  afterAll(() => echo.close())

  it.each(quick)('keeps to RFC 6455: %s', async (_, cases) => {
    expect(await failures(cases, LIMIT, echo, secure)).toEqual([])
  })

  it('takes what is as long as may be, and refuses what is longer before it has it all', async () => {
    expect(await failures(chosen(['9.1.1', '9.2.1', '9.1.4', '9.3.1', '9.4.5']), LIMIT, echo, secure)).toEqual([])
  })
})

describe('the same options with another limit', () => {
  it('carry long messages, whole and in the smallest pieces', async () => {
    const echo = await startEcho({ maxMessageBytes: 16 * MIB })
    expect(await failures(chosen(['9.1.3', '9.3.1', '9.6.1', '9.7.2']), 16 * MIB, echo)).toEqual([])
    await echo.close()
  })
})

describe('the echo', () => {
  it('is out of reach of what is shipped', () => {
    const product = sourceFiles().filter(({ path }) => !path.startsWith('test/'))
    expect(product.filter(({ imports, text }) => text.includes('test/conformance') || imports.some(isTest))).toEqual([])
    const build = readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8')
    expect(/"include": (.*),/.exec(build)?.[1]).toBe(
      '["shared", "bus", "adapters", "proxy", "scripts", "test/emulators"]',
    )
    const emulators = sourceFiles().filter(({ path }) => path.startsWith('test/emulators/'))
    expect(emulators.filter(({ imports }) => imports.some(one => one.includes('conformance')))).toEqual([])
  })
})

const isTest = (path: string): boolean => path.startsWith('test/')
