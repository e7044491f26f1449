import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Check } from '../../../scripts/checks/check.ts'
import { checkConfiguration, orphanSections, requireFeedSettings } from '../../../scripts/checks/configuration.ts'
import { openInvocation, withStore } from '../../../scripts/invocation.ts'
import { firstFeed } from '../../../scripts/setup.ts'
import type { FeedRecord } from '../../../shared/store/feeds.ts'
import { temporaryPath } from '../../support/datafolder.ts'

const feed = (name: string, change: Partial<FeedRecord> = {}): FeedRecord => ({ ...firstFeed(1), name, ...change })
const configFile = '/etc/t.toml'

/** The lines of the CONFIG_INVALID, none when there is no problem. */
async function problems(
  feeds: readonly FeedRecord[],
  sections: Record<string, Record<string, unknown>>,
  validBrokers?: readonly string[],
): Promise<string[]> {
  try {
    await requireFeedSettings({ configFile, feeds: sections, validBrokers }, feeds)
    return []
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 78 })
    return error instanceof Error ? error.message.split('\n') : []
  }
}

describe('the settings of all feeds', () => {
  it('are refused together: unknown settings, values out of bounds, whoever said them', async () => {
    const feeds = [feed('A'), feed('B', { settings: { rate: 0 } })]
    expect(await problems(feeds, { A: { rate: -1, raet: 5 } })).toEqual([
      expect.stringMatching(/^feeds\.A\.rate \(\/etc\/t\.toml\): must be .*, not -1$/),
      'feeds.A.raet (/etc/t.toml): no such setting; did you mean rate?',
      expect.stringMatching(
        /^feeds\.B\.rate \(adapter add --set\): must be .*, not 0; mend: tickwire adapter remove B/,
      ),
    ])
    expect(await problems(feeds, { A: { rate: 5 }, B: { rate: 5 } })).toEqual([])
  })

  it('that no registered feed would read are no reason to refuse anything, but each is told', async () => {
    const sections = { A: {}, AA: { rate: 0 }, UNLIKE: {} }
    expect(await problems([feed('A')], sections)).toEqual([])
    expect(orphanSections({ configFile, feeds: sections, validBrokers: undefined }, [feed('A')])).toEqual([
      'feeds.AA (/etc/t.toml) is not used: no feed of this name is registered; did you mean A?',
      'feeds.UNLIKE (/etc/t.toml) is not used: no feed of this name is registered; ' +
        'remove the section, or register it: tickwire account add, tickwire adapter add UNLIKE',
    ])
  })

  it('are not asked of a feed that does not start', async () => {
    const bad = { settings: { rate: 0 } }
    expect(await problems([feed('OFF', { ...bad, enabled: false })], {})).toEqual([])
    expect(await problems([feed('BARRED', bad)], {}, ['another'])).toEqual([])
    expect(await problems([feed('GONE', { ...bad, adapter: 'of-another-version' })], {})).toEqual([])
  })

  it('of an adapter outside the tree are left to its own process: its code is not loaded here', async () => {
    const path = temporaryPath()
    const trace = join(path, 'was-loaded')
    const manifest = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(trace)}, '')`
    writeFileSync(join(path, 'manifest.mjs'), manifest)
    expect(await problems([feed('MINE', { kind: 'folder', path })], { MINE: { any: 1 } })).toEqual([])
    expect(existsSync(trace)).toBe(false)
  })

  it('have no section for an external feed, whose program would not see it', async () => {
    expect(await problems([feed('PY', { kind: 'external' })], { PY: { a: 1 } })).toEqual([
      expect.stringMatching(/^feeds\.PY \(.*\): is external; /),
    ])
  })
})

describe('the configuration check of doctor', () => {
  const check = (dataDir: string): Promise<Check> => checkConfiguration(openInvocation({ dataDir, color: false }))

  it('says the same of the first feed where nothing was ever started, and makes nothing', async () => {
    const dataDir = temporaryPath()
    writeFileSync(join(dataDir, 'tickwire.toml'), '[feeds.SIMULATOR]\nrate = 0\n')
    const { verdict, detail } = await check(dataDir)
    expect(verdict).toBe('fail')
    expect(detail).toMatch(/^CONFIG_INVALID: feeds\.SIMULATOR\.rate \(.*tickwire\.toml\): must be .*, not 0$/)
    expect(readdirSync(dataDir)).toEqual(['tickwire.toml'])
  })

  it('knows the registered feeds', async () => {
    const dataDir = temporaryPath()
    writeFileSync(join(dataDir, 'tickwire.toml'), '[feeds.OTHER]\nrate = 5\n')
    expect(await check(dataDir)).toMatchObject({
      verdict: 'warn',
      detail: expect.stringMatching(/^feeds\.OTHER .* not used/),
    })
    const invocation = openInvocation({ dataDir, color: false })
    await withStore(invocation, store => store.feeds.add(feed('OTHER')))
    expect(await check(dataDir)).toEqual({
      check: 'configuration',
      verdict: 'ok',
      detail: join(dataDir, 'tickwire.toml'),
    })
  })

  it('warns of two names that contradict each other', async () => {
    const invocation = openInvocation({ dataDir: temporaryPath(), color: false })
    const config = { ...invocation.config, warnings: ['A is used, and B is not'] }
    expect(await checkConfiguration({ ...invocation, config })).toMatchObject({
      verdict: 'warn',
      detail: 'A is used, and B is not',
    })
  })

  it('leaves a damaged database to the check of the database', async () => {
    const dataDir = temporaryPath()
    writeFileSync(join(dataDir, 'control.db'), 'this is no database, and long enough to be seen as none'.repeat(20))
    expect(await check(dataDir)).toMatchObject({ verdict: 'ok' })
  })
})
