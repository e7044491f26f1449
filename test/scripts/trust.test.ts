import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { believedSettings, requireOwnProgram } from '../../scripts/trust.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { failure } from '../support/failure.ts'
import { ROOT } from '../support/source.ts'

const SHARED = { group: 990, configFile: '/etc/tickwire/tickwire.toml' }
const ALONE = { ...SHARED, group: undefined }
const isRoot = process.getuid?.() === 0

const feedAt = (path: string): FeedRecord => ({
  name: 'ASHA',
  userId: 'trader',
  adapter: 'some-broker',
  kind: 'folder',
  path,
  settings: { api_url: 'https://somebody-else.example' },
  enabled: true,
  createdAt: 1,
})

/** Not below /tmp, where everybody may rename folders of root, too, as far as the bits say. */
function program(): string {
  const path = mkdtempSync('/var/lib/tw-program-')
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  chmodSync(path, 0o755)
  mkdirSync(join(path, 'parts'))
  writeFileSync(join(path, 'parts/codec.js'), '')
  return path
}

it.runIf(isRoot)('a program of root runs with the credentials of an account, and none that others may change', () => {
  const path = program()
  requireOwnProgram(feedAt(path), SHARED)
  for (const [file, spoil] of [
    ['parts/codec.js', (at: string) => chmodSync(at, 0o664)],
    ['parts', (at: string) => chmodSync(at, 0o777)],
    ['.', (at: string) => chownSync(at, 61_003, 61_003)],
  ] as const) {
    const own = program()
    spoil(join(own, file))
    const error = failure(() => requireOwnProgram(feedAt(own), SHARED))
    expect(error, file).toMatchObject({ code: 'FOLDER_UNUSABLE', exitCode: 78 })
    expect(error.message).toContain('can be changed by other users')
    requireOwnProgram(feedAt(own), ALONE)
  }
})

it('a folder below one that everybody may write is none of root’s', () => {
  const path = mkdtempSync('/tmp/tw-')
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  expect(failure(() => requireOwnProgram(feedAt(path), SHARED)).message).toMatch(/^\/tmp, of the adapter of feed ASHA/)
  expect(failure(() => requireOwnProgram(feedAt(join(ROOT, 'nowhere')), SHARED)).code).toBe('FOLDER_UNUSABLE')
  requireOwnProgram({ ...feedAt(path), kind: 'builtin' }, SHARED)
})

it('what is registered says where an account is sent to for one user alone, and never where others may write it', () => {
  const feed = feedAt('/')
  expect(believedSettings(feed, ALONE)).toBe(feed)
  expect(believedSettings(feed, SHARED)).toEqual({ ...feed, settings: {} })
})
