import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../shared/config.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { ROOT } from '../support/source.ts'

const FOLDER = join(ROOT, 'scripts/systemd')
const SERVICES = ['tickwire-adapter@.service', 'tickwire-bus.service', 'tickwire-proxy.service']

const textOf = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')

/** The values of a setting, in the order of the file. */
const said = (unit: string, key: string): string[] =>
  textOf(unit)
    .split('\n')
    .flatMap(line => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))

const run = (command: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return { status, text: stdout + stderr }
}

/** The files as they would be installed, with the program and the Node of this machine in their place. */
function installed(): string[] {
  const folder = temporaryPath()
  return readdirSync(FOLDER)
    .filter(name => /\.(service|target)$/.test(name))
    .map(name => {
      const path = join(folder, name)
      const text = textOf(name).replaceAll('/usr/bin/node', process.execPath).replaceAll('/opt/tickwire', ROOT)
      writeFileSync(path, text)
      return path
    })
}

describe('the units for systemd', () => {
  it('are understood by it, every line', () => {
    expect(readdirSync(FOLDER).filter(name => name.endsWith('.service'))).toEqual(SERVICES)
    expect(run('systemd-analyze', 'verify', ...installed())).toEqual({ status: 0, text: '' })
  })

  it.each(SERVICES)('%s is exposed by 3.0 of 10 at most', unit => {
    const { text } = run('systemd-analyze', 'security', '--offline=true', join(FOLDER, unit))
    const level = /Overall exposure level for \S+: ([\d.]+)/.exec(text)?.[1]
    expect(Number(level), text).toBeLessThanOrEqual(3)
  })

  it('have a user each, and the group of the vault for feeds only', () => {
    const users = SERVICES.map(unit => [...said(unit, 'User'), ...said(unit, 'DynamicUser')])
    expect(users).toEqual([['yes'], ['tickwire-bus'], ['tickwire-proxy']])
    const groups = SERVICES.map(unit => said(unit, 'SupplementaryGroups'))
    expect(groups).toEqual([['tickwire tickwire-vault'], ['tickwire'], ['tickwire']])
    const loaded = SERVICES.map(unit => said(unit, 'LoadCredential').length)
    expect(loaded).toEqual([2, 0, 1])
  })

  it('have what V8 and the shared group need, and nothing that opens a debugger or leaves a core', () => {
    for (const unit of SERVICES) {
      expect(said(unit, 'MemoryDenyWriteExecute'), unit).toEqual([])
      expect(said(unit, 'PrivateUsers'), unit).toEqual([])
      expect(said(unit, 'UMask'), unit).toEqual(['0007'])
      expect(said(unit, 'LimitCORE'), unit).toEqual(['0'])
      expect(said(unit, 'ExecStart')[0], unit).toMatch(/^\/usr\/bin\/node --disable-sigusr1 \/opt\/tickwire\/dist\//)
    }
  })

  it('let the proxy out to nobody, a feed listen to nobody, and the bus to no network at all', () => {
    const proxy = 'tickwire-proxy.service'
    expect([said(proxy, 'IPAddressDeny'), said(proxy, 'IPAddressAllow')]).toEqual([['any'], ['localhost']])
    expect(said(proxy, 'SocketBindAllow')).toEqual(['tcp:8765'])
    expect(said('tickwire-adapter@.service', 'SocketBindDeny')).toEqual(['any'])
    expect(said('tickwire-bus.service', 'PrivateNetwork')).toEqual(['yes'])
  })

  it('start what the command line has', () => {
    const help = (...words: string[]) => run(process.execPath, join(ROOT, 'dist/scripts/cli.js'), ...words, '--help')
    for (const unit of SERVICES) {
      const words =
        said(unit, 'ExecStart')[0]
          ?.split('cli.js ')[1]
          ?.split(' ')
          .filter(word => word !== '%i') ?? []
      expect(help(...words).status, unit).toBe(0)
    }
  })

  it('come with a configuration that is valid once the groups are there', () => {
    const dataDir = temporaryPath()
    const text = textOf('tickwire.toml').replace('"tickwire"', '990').replace('"tickwire-vault"', '991')
    const configFile = join(dataDir, 'tickwire.toml')
    writeFileSync(configFile, text)
    const { vault, ...config } = loadConfig({ configFile }, {})
    expect(config).toMatchObject({ dataDir: '/var/lib/tickwire', group: 990 })
    expect(vault).toMatchObject({ dir: '/var/lib/tickwire-vault', group: 991, keyFile: '/etc/tickwire/vault.key' })
  })

  // Users and folders are root's to make, also below another folder.
  it.runIf(process.getuid?.() === 0)('come with users, and with folders that exactly their groups share', () => {
    const root = temporaryPath()
    mkdirSync(join(root, 'etc'))
    expect(run('systemd-sysusers', `--root=${root}`, join(FOLDER, 'tickwire.sysusers.conf')).status).toBe(0)
    const made = run('systemd-tmpfiles', '--create', `--root=${root}`, join(FOLDER, 'tickwire.tmpfiles.conf'))
    expect(made).toEqual({ status: 0, text: '' })
    const groups = new Map(
      readFileSync(join(root, 'etc/group'), 'utf8')
        .split('\n')
        .map(line => [line.split(':')[0], line.split(':')]),
    )
    expect(groups.get('tickwire')?.[3]?.split(',').sort()).toEqual(['tickwire-bus', 'tickwire-proxy'])
    expect(groups.get('tickwire-vault')?.[3]).toBe('')
    for (const [path, group] of [
      ['var/lib/tickwire', 'tickwire'],
      ['var/lib/tickwire/run', 'tickwire'],
      ['var/lib/tickwire-vault', 'tickwire-vault'],
    ] as const) {
      const { mode, uid, gid } = statSync(join(root, path))
      expect([(mode & 0o7777).toString(8), uid, String(gid)]).toEqual(['2770', 0, groups.get(group)?.[2]])
    }
  })
})
