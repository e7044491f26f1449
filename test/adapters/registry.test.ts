import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isSession } from '../../adapters/contract.ts'
import { builtinNames, loadAdapter } from '../../adapters/registry.ts'
import { describeAdapter } from '../contracts/adapter.ts'
import { describeSession } from '../contracts/session.ts'
import { describeSource } from '../contracts/source.ts'
import { readmeBroker, readmeExample } from './runtime/readme.ts'

const root = mkdtempSync(join(tmpdir(), 'tw-registry-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A new folder outside the tree holding `files`. */
function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(root, 'adapter-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const loadFolder = (files: Record<string, string>) => loadAdapter({ kind: 'folder', path: folderWith(files) })

for (const name of builtinNames()) await describeAdapter(name)

describeSource('of the README', async () => {
  const adapter = await loadFolder({ 'manifest.mjs': readmeExample() })
  if (isSession(adapter)) throw new Error('the example of the README is a source')
  return adapter
})

const readme = await loadFolder({ 'manifest.mjs': readmeBroker() })
if (!isSession(readme)) throw new Error('the broker of the README has a session')
describeSession(readme, {
  ticket: { token: 'token0123456789' },
  bodies: [Buffer.from(JSON.stringify([{ id: '3045', symbol: 'SBIN', name: 'State Bank of India' }]))],
  frames: [
    '{"type":"welcome"}',
    '{"type":"price","kind":"price","id":"3045","price":960.5,"time":1795220410000}',
    '{"type":"price","kind":"quote","id":"3045","price":960.5,"volume":1000,"time":1795220410000}',
  ],
  named: frame => JSON.parse(String(frame)).ids.length,
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

/** The text of a manifest with a session that is right, and the changes that make it wrong. */
const sessionManifest = (change: string) => `
  const schema = { safeParse: data => ({ success: true, data }), shape: {} }, fn = () => []
  const session = { dial: fn, subscribe: fn, change: fn, unsubscribe: fn, classify: fn, heartbeat: { suspectMs: 1, deadMs: 2 } }
  const limits = { connections: 1, instrumentsPerConnection: 1, instrumentsPerMessage: 1, messagePauseMs: 0 }
  export default { name: 'plain', title: 'Plain', label: 'live', modes: ['LTP', 'BOOK20'], settings: schema,
    credentials: schema, ticket: schema, limits, session, createDecoder: fn,
    login: { url: fn, readAnswer: fn, redeem: fn }, master: { requests: fn, parse: fn, classify: fn }, ${change} }`

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
    ['nothing more', ''],
    ['a login without a page', 'login: { prompt: fn, readAnswer: fn, redeem: fn, renew: fn }'],
    [
      'another kind of socket',
      "siblings: [{ name: 'orders', isAlwaysOpen: true, limits, session, createDecoder: fn, carries: fn }]",
    ],
    ['parts and books', "sources: { BOOK20: ['touch', 'book'] }, books: { BOOK20: ['NFO'] }"],
    ['quotes', "quotes: { instrumentsPerRequest: 5, pauseMs: 0, mode: 'LTP', request: fn, parse: fn }"],
    [
      'weights and pauses',
      'limits: { ...limits, weights: { BOOK20: 4 } }, session: { ...session, pauses: { afterEndMs: 9 } }',
    ],
  ])('with a session may have %s', async (_, more) => {
    await expect(loadFolder({ 'manifest.mjs': sessionManifest(more) })).resolves.toMatchObject({ name: 'plain' })
  })

  it.each([
    [
      'login: { url: 1, prompt: 2, readAnswer: fn, redeem: fn, renew: 3 }',
      ['login.url: must be a function', 'login.prompt: ', 'login.renew: '],
    ],
    ['login: { url: fn, prompt: fn, readAnswer: fn, redeem: fn }', ['login: has url or prompt, not both']],
    [
      'login: { url: fn, readAnswer: fn, redeem: fn, renw: fn }',
      ['login.renw: is no field of an adapter; did you mean renew?'],
    ],
    [
      "siblings: [{ name: 'two words', limits, session: {} }]",
      ['siblings.0.name: must be one word', 'siblings.0.session.dial: ', 'siblings.0.createDecoder: '],
    ],
    ["siblings: { name: 'orders' }", ['siblings: ']],
    ["books: { BOOK20: ['NYSE'], BOOK25: ['NSE'] }", ['books.BOOK20.0: ', 'books: Unrecognized key: "BOOK25"']],
    [
      "books: { BOOK50: ['NSE'] }, sources: { QUOTE: ['touch'] }",
      ['books.BOOK50: is not among the modes', 'sources.QUOTE: is not among the modes'],
    ],
    ["sources: { LTP: 'touch' }", ['sources.LTP: ']],
    [
      "quotes: { instrumentsPerRequest: 0, pauseMs: -1, mode: 'DEPTH', request: fn }",
      [
        'quotes.instrumentsPerRequest: ',
        'quotes.pauseMs: ',
        'quotes.parse: must be a function',
        'quotes.mode: is not among the modes',
      ],
    ],
    [
      "limits: { ...limits, weights: { BOOK20: 0 } }, carries: 'all'",
      ['limits.weights.BOOK20: ', 'carries: must be a function'],
    ],
    [
      'session: { ...session, heartbeat: { suspectMs: 2, deadMs: 2 } }',
      ['session.heartbeat: suspectMs must be less than deadMs'],
    ],
    [
      'quote: {}, sibling: []',
      [
        'quote: is no field of an adapter; did you mean quotes?',
        'sibling: is no field of an adapter; did you mean siblings?',
      ],
    ],
  ])('with a session is refused with every field that is wrong: %s', async (change, problems) => {
    const error = await loadFolder({ 'manifest.mjs': sessionManifest(change) }).catch(one => one)
    expect(error).toMatchObject({ code: 'ADAPTER_INVALID' })
    for (const problem of problems) expect(error.message).toContain(problem)
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
