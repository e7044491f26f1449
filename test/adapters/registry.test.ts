import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSession } from '../../adapters/contract.ts'
import { builtinNames, loadAdapter } from '../../adapters/registry.ts'
import { describeAdapter } from '../contracts/adapter.ts'
import { describeSession } from '../contracts/session.ts'
import { readmeExample } from './runtime/readme.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tw-registry-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A new folder outside the tree holding `files`. */
function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(root, 'adapter-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const loadFolder = (files: Record<string, string>) => loadAdapter({ kind: 'folder', path: folderWith(files) })

/** A ticket of each adapter with a session, and tokens that all of them can spell. */
const TICKETS: Readonly<Record<string, unknown>> = {
  zerodha: { api_key: 'key0123456789', access_token: 'token0123456789' },
}
const TOKENS = ['408065', '884737', '256265']

for (const name of builtinNames()) {
  const adapter = await loadAdapter({ kind: 'builtin', adapter: name })
  if (isSession(adapter)) describeSession(adapter, TICKETS[name], TOKENS)
  else describeAdapter(name, async () => adapter)
}

describeAdapter('of the README', async () => {
  const adapter = await loadFolder({ 'manifest.mjs': readmeExample() })
  if (isSession(adapter)) throw new Error('the example of the README is a source')
  return adapter
})

describe('the built-in adapters', () => {
  it('are the folders that hold a manifest', () => {
    const here = new URL('../../adapters/', import.meta.url)
    const folders = readdirSync(here, { withFileTypes: true }).filter(entry => entry.isDirectory())
    const manifests = folders.filter(({ name }) => readdirSync(new URL(`${name}/`, here)).includes('manifest.ts'))
    expect(builtinNames()).toEqual(manifests.map(({ name }) => name).sort())
    expect(builtinNames().length).toBeGreaterThan(0)
    expect(builtinNames()).not.toContain('runtime')
  })

  it('all stand in the coverage table of the README with the modes they offer', async () => {
    const text = readFileSync(new URL('../../adapters/README.md', import.meta.url), 'utf8')
    const readme = text.replace(/ +\|/g, ' |')
    for (const adapter of builtinNames()) {
      const { name, label, modes } = await loadAdapter({ kind: 'builtin', adapter })
      expect(readme).toContain(`| \`${name}\` | ${label} | ${modes.join(', ')} |`)
    }
  })

  it.each(['nosuch', '../shared', 'runtime', ''])('do not include "%s"', async adapter => {
    await expect(loadAdapter({ kind: 'builtin', adapter })).rejects.toMatchObject({
      code: 'ADAPTER_UNKNOWN',
      message: `There is no adapter "${adapter}"; built in: ${builtinNames().join(', ')}`,
    })
  })
})

describe('an adapter outside the tree', () => {
  it('is the default export of its manifest, or what that makes of the kit', async () => {
    const plain = `export default { name: 'plain', title: 'Plain', label: 'live', modes: ['LTP'],
      settings: { safeParse: data => ({ success: true, data }) }, instruments() {}, source() {} }`
    await expect(loadFolder({ 'manifest.js': plain, 'package.json': '{"type":"module"}' })).resolves.toMatchObject({
      name: 'plain',
    })
    await expect(loadFolder({ 'manifest.mjs': readmeExample() })).resolves.toMatchObject({ name: 'my-adapter' })
  })

  it('is refused with the folder and every field that is wrong', async () => {
    const path = folderWith({ 'manifest.mjs': `export default { name: 'Bad Name', title: '', modes: [], source: 1 }` })
    const refusal = await loadAdapter({ kind: 'folder', path }).catch(error => error)
    expect(refusal).toMatchObject({ code: 'ADAPTER_INVALID', next: expect.stringContaining('adapters/README.md') })
    expect(refusal.message).toContain(path)
    for (const field of ['name', 'title', 'label', 'modes', 'settings', 'instruments', 'source'])
      expect(refusal.message).toContain(`${field}: `)
    expect(refusal.message).not.toContain('\n')
  })

  it.each([
    ['exports nothing', 'export const adapter = 1', 'default export: '],
    ['throws', 'throw new Error("no\\nluck")', 'cannot be loaded: no luck'],
    ['is no JavaScript', 'export default {{', 'cannot be loaded: '],
  ])('is refused when its manifest %s', async (_, text, problem) => {
    await expect(loadFolder({ 'manifest.mjs': text })).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
      message: expect.stringContaining(problem),
    })
  })

  it('is refused when there is no manifest, no folder, or no whole path', async () => {
    await expect(loadFolder({ 'index.js': '' })).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
      message: expect.stringContaining('holds none of manifest.js, manifest.mjs, manifest.ts'),
    })
    await expect(loadAdapter({ kind: 'folder', path: join(root, 'nosuch') })).rejects.toMatchObject({
      code: 'ADAPTER_UNKNOWN',
      message: `There is no adapter folder ${join(root, 'nosuch')}`,
    })
    await expect(loadAdapter({ kind: 'folder', path: './my-adapter' })).rejects.toMatchObject({
      code: 'ADAPTER_UNKNOWN',
      message: 'Adapter folder "./my-adapter" is not an absolute path',
    })
  })
})
