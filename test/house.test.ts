import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../shared/errors.ts'
import { codeOf, ROOT, type SourceFile, sourceFiles } from './support/source.ts'

const files = sourceFiles()
const product = files.filter(file => !file.path.startsWith('test/'))
const floorOf = (path: string): string => path.split('/')[0] ?? ''

/** Imports go down only; adapters and proxy are two wings without a door between them. */
const BELOW: Record<string, readonly string[]> = {
  shared: ['shared'],
  bus: ['bus', 'shared'],
  adapters: ['adapters', 'bus', 'shared'],
  proxy: ['proxy', 'bus', 'shared'],
  scripts: ['scripts', 'adapters', 'proxy', 'bus', 'shared'],
}

const offenders = (among: readonly SourceFile[], pattern: RegExp, except: (path: string) => boolean): string[] =>
  among.filter(file => !except(file.path) && pattern.test(codeOf(file.text))).map(file => file.path)

/** Folders of adapters/ that are no broker's. */
const GENERAL: ReadonlySet<string> = new Set(['account', 'runtime'])

describe('the house', () => {
  it('has its five floors and nothing else at the top', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter(
      one => one.isDirectory() && !one.name.startsWith('.'),
    )
    expect(
      folders
        .map(one => one.name)
        .filter(name => !['node_modules', 'dist', 'coverage'].includes(name))
        .sort(),
    ).toEqual(['adapters', 'bus', 'proxy', 'scripts', 'shared', 'test'])
  })

  it('imports go down only', () => {
    const upward = product.flatMap(file =>
      file.imports
        .filter(target => !BELOW[floorOf(file.path)]?.includes(floorOf(target)))
        .map(target => `${file.path} -> ${target}`),
    )
    expect(upward).toEqual([])
  })

  it('an adapter folder imports the contract, shared and itself, nothing of another adapter or of the runtime', () => {
    const strays = product.flatMap(file => {
      const [floor, folder, ...rest] = file.path.split('/')
      if (floor !== 'adapters' || rest.length === 0 || GENERAL.has(folder ?? '')) return []
      const allowed = (target: string) =>
        target === 'adapters/contract.ts' || target.startsWith('shared/') || target.startsWith(`adapters/${folder}/`)
      return file.imports.filter(target => !allowed(target)).map(target => `${file.path} -> ${target}`)
    })
    expect(strays).toEqual([])
  })

  it('has no circle of imports', () => {
    const byPath = new Map(product.map(file => [file.path, file]))
    const done = new Set<string>()
    const walk = (path: string, trail: readonly string[]): string[] => {
      if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(' -> ')]
      if (done.has(path)) return []
      const circles = (byPath.get(path)?.imports ?? []).flatMap(next => walk(next, [...trail, path]))
      done.add(path)
      return circles
    }
    expect(product.flatMap(file => walk(file.path, []))).toEqual([])
  })

  it('lets nothing that runs in the proxy reach the vault', () => {
    const byPath = new Map(product.map(file => [file.path, file]))
    const reached = new Set<string>()
    const reach = (path: string): void => {
      if (reached.has(path)) return
      reached.add(path)
      for (const next of byPath.get(path)?.imports ?? []) reach(next)
    }
    for (const { path } of product) if (/^proxy\/|^scripts\/commands\/proxy\.ts$/.test(path)) reach(path)
    expect(reached).toContain('shared/store/control.ts')
    const vault = ['vault', 'vaultkey', 'vaultkeys', 'rekey', 'seal'].map(name => `shared/store/${name}.ts`)
    expect(product.map(({ path }) => path)).toEqual(expect.arrayContaining(vault))
    expect(vault.filter(path => reached.has(path))).toEqual([])
  })

  it('imports only files that exist', () => {
    const missing = files.flatMap(file =>
      file.imports.filter(target => !existsSync(join(ROOT, target))).map(target => `${file.path} -> ${target}`),
    )
    expect(missing).toEqual([])
  })

  it('has no file over 300 lines', () => {
    expect(files.filter(file => file.lines > 300).map(file => `${file.path}: ${file.lines}`)).toEqual([])
  })

  it('has no drawer for everything', () => {
    const drawers = /^(utils?|helpers?|common|misc|manager|service|lib)\b/
    expect(files.map(file => file.path).filter(path => path.split('/').some(part => drawers.test(part)))).toEqual([])
  })

  it('reads the environment in the configuration only', () => {
    expect(offenders(product, /process\.env/, path => path.startsWith('shared/config'))).toEqual([])
  })

  it('takes time from the clock only', () => {
    const time =
      /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bset(Timeout|Interval|Immediate)\b|process\.hrtime|timers\/promises/
    const clocks = ['shared/clock.ts', 'proxy/dashboard/clock.ts']
    expect(offenders(product, time, path => clocks.includes(path))).toEqual([])
  })

  it('waits in its tests for longer than the second that Vitest gives, which a busy machine may stand still for', () => {
    const support = ['holds', 'bus', 'system'].map(name => `test/support/${name}.ts`)
    expect(offenders(files, /\bvi\.wait|\bexpect\.poll/, path => support.includes(path))).toEqual([])
  })

  it('names no broker outside its own folder', () => {
    const names = readdirSync(join(ROOT, 'adapters'), { withFileTypes: true })
      .filter(one => one.isDirectory() && existsSync(join(ROOT, 'adapters', one.name, 'manifest.ts')))
      .map(one => one.name)
    const broker = new RegExp(`\\b(${[...names, 'angel', 'zerodha', 'kite', 'flattrade', 'fyers'].join('|')})\\b`, 'i')
    const general = product.filter(file =>
      /^(shared|bus|proxy|adapters\/(runtime|account)\/|adapters\/\w+\.ts)/.test(file.path),
    )
    expect(names).toContain('simulator')
    expect(offenders(general, broker, () => false)).toEqual([])
  })

  it('prints through the terminal and the log only', () => {
    expect(offenders(product, /\bconsole\./, () => false)).toEqual([])
  })

  it('uses every error code and tells each one in the command reference', () => {
    const reference = readFileSync(join(ROOT, 'scripts/README.md'), 'utf8')
    const code = product
      .filter(file => file.path !== 'shared/errors.ts')
      .map(file => file.text)
      .join('\n')
    const codes = Object.keys(ERROR_CODES)
    expect(codes.filter(one => !code.includes(`'${one}'`))).toEqual([])
    expect(codes.filter(one => !reference.includes(one))).toEqual([])
  })

  it('has a README in every top folder', () => {
    for (const folder of ['.', 'shared', 'bus', 'adapters', 'proxy', 'scripts', 'test'])
      expect(existsSync(join(ROOT, folder, 'README.md')), `${folder}/README.md`).toBe(true)
  })

  it('lets a reader find each test beside its subject', () => {
    const lost = files
      .filter(file => /^test\/(shared|bus|adapters|proxy|scripts)\/.*\.test\.ts$/.test(file.path))
      .filter(file => !existsSync(join(ROOT, file.path.split('/').slice(1, -1).join('/'))))
    expect(lost.map(file => basename(file.path))).toEqual([])
  })
})
