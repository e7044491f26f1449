import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { describe, expect, it } from 'vitest'
import { temporaryPath } from './support/datafolder.ts'
import { ROOT } from './support/source.ts'

interface Package {
  readonly name: string
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly hasInstallScript?: boolean
}

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8')

const manifest = JSON.parse(read('package.json')) as {
  readonly dependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, string>>
}

const packages = Object.entries(
  (JSON.parse(read('package-lock.json')) as { packages: Record<string, Omit<Package, 'name'>> }).packages,
).flatMap(([path, entry]): Package[] =>
  path === '' ? [] : [{ ...entry, name: path.split('node_modules/').at(-1) ?? '' }],
)

/** The rows of a table of DEPENDENCIES.md, cell by cell. */
function table(title: string): string[][] {
  const section = read('DEPENDENCIES.md').split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
  return section
    .split('\n')
    .filter(line => line.startsWith('| `'))
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('`', '')),
    )
}

const isBelow = (version: string, least: string): boolean => {
  const [one, other] = [version, least].map(text => text.split('-')[0]?.split('.').map(Number) ?? [])
  const at = [0, 1, 2].find(place => one?.[place] !== other?.[place])
  return at !== undefined && (one?.[at] ?? 0) < (other?.[at] ?? 0)
}

describe('what a running Tickwire depends on', () => {
  it('is fifteen packages at most, each justified', () => {
    const rows = table('At run time')
    expect(rows.map(([name]) => name)).toEqual(Object.keys(manifest.dependencies).sort())
    expect(rows.length).toBeLessThanOrEqual(15)
    for (const [name, least, purpose = '', reason = ''] of rows) {
      expect([name, purpose.length > 5, reason.length > 5]).toEqual([name, true, true])
      expect(manifest.dependencies[name ?? ''], name).toBe(`^${least}`)
    }
  })

  it('tells what the page brings to a browser, which no process here runs', () => {
    const rows = table('In the page')
    expect(rows.length).toBeGreaterThan(0)
    for (const [name = '', purpose = ''] of rows) {
      expect([name, purpose.length > 5]).toEqual([name, true])
      expect(Object.keys(manifest.devDependencies), name).toContain(name)
    }
  })

  it('holds back what would want another Node, and says why', () => {
    const rows = table('Held back')
    expect(Object.fromEntries(rows.map(([name, version]) => [name, version]))).toEqual(manifest.overrides)
    for (const [name = '', version] of rows)
      expect(packages.filter(one => one.name === name).map(one => one.version)).toEqual([version])
  })

  it('is nowhere older than what is known to be bad', () => {
    expect([isBelow('8.22.9', '8.23.0'), isBelow('8.23.0', '8.23.0'), isBelow('10.0.0', '9.9.9')]).toEqual([
      true,
      false,
      false,
    ])
    const least = [...table('At run time'), ...table('What they bring')]
    for (const [name] of least)
      expect(
        packages.some(one => one.name === name && !one.dev),
        name,
      ).toBe(true)
    const old = packages.filter(({ name, version, dev }) => {
      const floor = least.find(([of]) => of === name)?.[1]
      // Development tools bring what they bring; of ws, the client of a broker's own package is never on the internet.
      return !dev && floor !== undefined && isBelow(version, floor)
    })
    expect(old.map(({ name, version }) => `${name}@${version}`)).toEqual([])
  })

  it('is locked to its bytes, and comes from whatever registry this machine uses', () => {
    const unlocked = packages.filter(({ integrity = '' }) => !integrity.startsWith('sha512-'))
    // What complete-lockfile.mjs puts back: of another platform, and of development.
    const excused = unlocked.filter(({ dev, optional, os }) => dev && optional && os)
    expect(unlocked.filter(one => !excused.includes(one)).map(({ name }) => name)).toEqual([])
    expect(packages.filter(({ resolved }) => resolved !== undefined).map(({ resolved }) => resolved)).toEqual([])
  })

  it('runs install scripts of named packages only', () => {
    const decided = Object.keys(manifest.allowScripts)
    const scripted = packages.filter(({ hasInstallScript }) => hasInstallScript)
    expect(scripted.map(({ name }) => name).filter(name => !decided.includes(name))).toEqual([])
    expect(scripted.filter(({ name, dev }) => !dev && !manifest.scripts.native?.includes(name))).toEqual([])
    expect(
      read('.ci/run')
        .match(/npm (ci|install) .*/g)
        ?.filter(line => !/--ignore-scripts|"node@/.test(line)),
    ).toEqual([])
  })

  it('is told in a valid CycloneDX list, the same one each time, without development', async () => {
    const files = ['one.json', 'other.json'].map(name => join(temporaryPath(), name))
    const [one, other] = files.map(file => {
      execFileSync(process.execPath, ['scripts/sbom.mjs', file], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] })
      return readFileSync(file, 'utf8')
    })
    expect(one).toBe(other)
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(one ?? '')).toBeNull()
    const list = JSON.parse(one ?? '') as { components: { name: string }[]; metadata: { component: { name: string } } }
    expect(list.metadata.component.name).toBe('tickwire')
    const names = new Set(list.components.map(({ name }) => name))
    expect(names).toEqual(new Set(packages.filter(({ dev }) => !dev).map(({ name }) => name)))
  })
})
