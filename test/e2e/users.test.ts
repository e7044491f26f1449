import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proxyFacts } from '../../scripts/facts.ts'
import { Charts } from '../support/openalgo.ts'
import { ROOT } from '../support/source.ts'
import { eventually } from '../support/system.ts'

/** Numbers are enough: a process needs no entry in /etc/passwd. The proxy is in the one group, an adapter in both. */
const SHARED = 62_001
const SEALED = 62_002
const USERS = {
  bus: { user: 61_001, groups: [SHARED], unit: 'tickwire-bus.service' },
  adapter: { user: 61_002, groups: [SHARED, SEALED], unit: 'tickwire-adapter@.service' },
  proxy: { user: 61_003, groups: [SHARED], unit: 'tickwire-proxy.service' },
} as const
type Role = keyof typeof USERS

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>
}

/** Only root may take on another user. */
describe.runIf(process.getuid?.() === 0)('the processes under a user each, with the system calls of their unit', () => {
  /** Theirs must be able to come to it, which the folders of this repository and of Node may not allow. */
  const place = mkdtempSync('/tmp/tw-users-')
  const config = join(place, 'tickwire.toml')
  const [data, sealed] = [join(place, 'data'), join(place, 'sealed')]
  const running = new Map<Role, ChildProcess>()
  let said = ''

  const as = (role: Role, command: readonly string[]): string[] => {
    const { user, groups } = USERS[role]
    const who = ['--reuid', String(user), '--regid', String(user), '--groups', groups.join(), '--no-new-privs']
    return [...who, '--inh-caps=-all', '--', ...command]
  }
  const node = join(place, 'node')
  const tickwire = (...args: string[]) => [node, join(place, 'dist/scripts/cli.js'), '--config', config, ...args]
  const environment = { PATH: process.env.PATH }
  const run = (role: Role, ...command: string[]) =>
    spawnSync('setpriv', as(role, command), { encoding: 'utf8', env: environment })
  const start = (role: Role, ...args: string[]) => {
    const { user, unit } = USERS[role]
    const sandbox = ['/usr/bin/python3', join(place, 'sandbox.py'), join(place, unit)]
    const child = spawn('setpriv', as(role, [...sandbox, ...tickwire(...args)]), {
      // The proxy makes what it proves itself with; that of the adapter is handed over.
      env: { ...environment, ...(role === 'adapter' && { CREDENTIALS_DIRECTORY: handOver(place, user) }) },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr?.on('data', text => {
      said += `${role}: ${text}`
    })
    running.set(role, child)
  }
  const runFile = (name: string): unknown => JSON.parse(readFileSync(join(data, 'run', `${name}.json`), 'utf8'))

  beforeAll(() => {
    install(place)
    // As scripts/systemd/tickwire.tmpfiles.conf has them: a process may not make its own, under these rules.
    for (const path of [data, ...['run', 'instruments', 'last', 'identities'].map(name => join(data, name))])
      share(path, SHARED)
    share(sealed, SEALED)
    writeFileSync(
      config,
      `data_dir = "${data}"\ngroup = ${SHARED}\n[proxy]\nport = "auto"\n` +
        `[vault]\ndir = "${sealed}"\ngroup = ${SEALED}\nkey_file = "${join(place, 'vault.key')}"\n`,
    )
    start('proxy', 'proxy')
    start('bus', 'bus')
    start('adapter', 'adapter', 'run', 'SIMULATOR')
  })

  afterAll(async () => {
    for (const child of running.values()) child.kill()
    await Promise.all([...running.values()].map(ended))
    rmSync(place, { recursive: true, force: true })
  })

  it('serve a client its prices, whoever of them started first', async () => {
    const url = () => {
      const { host, port } = proxyFacts.parse(runFile('proxy'))
      return `ws://${host}:${port}`
    }
    await eventually(() => url()).catch(error => {
      throw new Error(said, { cause: error })
    })
    // An operator is root, or a user of the group.
    const key = spawnSync(node, tickwire('key', 'create', 'my-bot').slice(1), {
      encoding: 'utf8',
      env: environment,
    })
    expect(key.status, key.stderr).toBe(0)
    const charts = new Charts(url, key.stdout.trim())
    charts.feed.subscribe('LTP', 'NIFTY', 'NSE_INDEX')
    try {
      await eventually(() => charts.ltps.length >= 5).catch(error => {
        throw new Error(said, { cause: error })
      })
    } finally {
      charts.close()
    }
    const users = ['bus', 'feed-SIMULATOR', 'proxy'].map(name => statSync(join(data, 'run', `${name}.lock.pid`)).uid)
    expect(users).toEqual([USERS.bus.user, USERS.adapter.user, USERS.proxy.user])
  })

  it('keep what they prove themselves with to themselves, in a folder of all', () => {
    const own = statSync(join(data, 'identities', '_proxy.key'))
    expect([own.uid, own.mode & 0o777]).toEqual([USERS.proxy.user, 0o400])
    expect(run('adapter', 'touch', join(data, 'identities', 'OTHER.key')).status).toBe(0)
  })

  it('know of each other as those of one user do', () => {
    const status = run('proxy', ...tickwire('status', '--format', 'json'))
    expect(status.status, status.stderr + status.stdout).toBe(0)
    expect(status.stdout).toContain('"SIMULATOR"')
    const second = run('adapter', ...tickwire('adapter', 'run', 'SIMULATOR'))
    expect(second.status).toBe(78)
    expect(second.stderr).toContain('feed SIMULATOR is already running')
  })

  it('let the adapter alone come to what is sealed, and nobody else in at all', () => {
    writeFileSync(join(sealed, 'vault.db'), '', { mode: 0o660 })
    chownSync(join(sealed, 'vault.db'), 0, SEALED)
    const opens = (role: Role, path: string) =>
      run(role, 'dd', `if=${path}`, 'of=/dev/null', 'status=none').status === 0
    const vault = join(sealed, 'vault.db')
    expect([opens('adapter', vault), opens('proxy', vault), opens('bus', vault)]).toEqual([true, false, false])
    const stranger = spawnSync('setpriv', ['--reuid', '61009', '--regid', '61009', '--clear-groups', 'ls', data])
    expect(stranger.status).not.toBe(0)
    const [adapter, proxy] = [running.get('adapter')?.pid, running.get('proxy')?.pid]
    // What is in the memory and the environment of an adapter is its own, too.
    expect(opens('adapter', `/proc/${adapter}/environ`)).toBe(true)
    for (const file of ['environ', 'maps']) expect(opens('proxy', `/proc/${adapter}/${file}`), file).toBe(false)
    expect(run('proxy', 'kill', '-0', `${adapter}`).status).not.toBe(0)
    expect(run('proxy', 'kill', '-0', `${proxy}`).status).toBe(0)
  })

  it('come back after a kill -9, each in what it left', async () => {
    for (const role of ['bus', 'adapter'] as const) {
      const child = running.get(role)
      child?.kill('SIGKILL')
      await eventually(() => child?.signalCode !== null)
    }
    start('adapter', 'adapter', 'run', 'SIMULATOR')
    start('bus', 'bus')
    const status = () => run('proxy', ...tickwire('status', '--format', 'json')).stdout
    await eventually(() => /"state":"(live|quiet)"/.test(status()), 30_000)
  })
})

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** What a service manager hands to one user alone: here, what a process proves itself with on the bus. */
function handOver(place: string, user: number): string {
  const folder = join(place, `credentials-${user}`)
  if (existsSync(folder)) return folder
  mkdirSync(folder, { mode: 0o700 })
  const file = join(folder, 'tickwire-identity')
  writeFileSync(file, randomBytes(32), { mode: 0o400 })
  for (const path of [folder, file]) chownSync(path, user, user)
  return folder
}

function share(path: string, group: number): void {
  mkdirSync(path)
  chownSync(path, 0, group)
  chmodSync(path, 0o2770)
}

/** As `npm ci --omit=dev` would, from what is here: the program and the packages that it needs. */
function install(place: string): void {
  chmodSync(place, 0o755)
  cpSync(process.execPath, join(place, 'node'))
  cpSync(join(ROOT, 'test/support/sandbox.py'), join(place, 'sandbox.py'))
  for (const { unit } of Object.values(USERS)) cpSync(join(ROOT, 'scripts/systemd', unit), join(place, unit))
  cpSync(join(ROOT, 'dist'), join(place, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(place, 'package.json'))
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock
  for (const [path, { dev, optional }] of Object.entries(packages)) {
    if (path === '' || dev || (optional && statSync(join(ROOT, path), { throwIfNoEntry: false }) === undefined))
      continue
    mkdirSync(dirname(join(place, path)), { recursive: true })
    cpSync(join(ROOT, path), join(place, path), { recursive: true })
  }
}
