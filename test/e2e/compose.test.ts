import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Charts } from '../support/openalgo.ts'
import { ROOT } from '../support/source.ts'
import { type Command, eventually, Processes } from '../support/system.ts'

interface Service {
  readonly command: readonly string[]
  readonly ports?: readonly string[]
  readonly profiles?: readonly string[]
  readonly volumes: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly user: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly [setting: string]: unknown
  readonly depends_on?: Readonly<Record<string, unknown>>
}

const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, Service>>
  networks: { readonly default: { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } } }
}
const image = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const isRoot = process.getuid?.() === 0
let processes: Processes
const running = new Map<string, Command>()

beforeAll(() => {
  // What the volume is to the containers, this folder is to the processes; the port alone is a free one.
  processes = new Processes('', 'tickwire')
  // Its group, too: root may give a folder to any.
  if (isRoot) processes.env.TICKWIRE_GROUP = /TICKWIRE_GROUP=(\d+)/.exec(image)?.[1]
})

afterAll(async () => {
  await Promise.all([...running.values()].map(command => command.stop()))
  processes.remove()
})

/** What the container engine would run in the container, with the places of this machine. */
function isHealthy(name: string): boolean {
  const [, program, ...words] = compose.services[name]?.healthcheck?.test ?? []
  expect(program).toBe('node')
  const here = words.map(word =>
    word
      .replace('/data/tickwire', processes.folder)
      .replace('http://127.0.0.1:8765', processes.url().replace('ws:', 'http:')),
  )
  return spawnSync(process.execPath, here).status === 0
}

describe('the services of docker-compose.yml, started by hand as compose would', () => {
  it('are one per process, and only the proxy has a port, on loopback', () => {
    expect(Object.keys(compose.services)).toEqual(['setup', 'bus', 'simulator', 'zerodha', 'proxy'])
    const ports = Object.entries(compose.services).flatMap(([name, { ports = [] }]) => ports.map(port => [name, port]))
    expect(ports).toEqual([['proxy', '127.0.0.1:8765:8765']])
  })

  it('let the proxy speak in the clear in their own network only', () => {
    const { command, environment } = compose.services.proxy ?? {}
    expect(command).toContain('0.0.0.0')
    const [own] = compose.networks.default.ipam.config
    expect(environment).toEqual({ TICKWIRE_PROXY_TRUSTED_FORWARDERS: own?.subnet })
  })

  it('give the key of the vault to accounts only, which start when they are asked for', () => {
    for (const volume of ['vault:/vault', 'keys:/keys']) {
      const withKey = Object.entries(compose.services).filter(([, { volumes }]) => volumes.includes(volume))
      expect(withKey.map(([name, { profiles }]) => [name, profiles])).toEqual([['zerodha', ['zerodha']]])
    }
  })

  it('can change nothing but their volumes, gain nothing, and take no more than their share', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.stringMatching(/^[12]g$/),
        pids_limit: expect.any(Number),
        ulimits: { core: 0 },
      })
      expect(service, name).not.toHaveProperty('privileged')
      expect(service, name).not.toHaveProperty('environment.TICKWIRE_VAULT_KEY')
    }
  })

  it('have a user each, that the image makes, and only feeds and setup one that may open accounts', () => {
    const users = Object.entries(compose.services).map(([name, { user }]) => [name, user])
    expect(users).toEqual([
      ['setup', 'tickwire'],
      ['bus', 'tickwire-bus'],
      ['simulator', 'tickwire-adapter'],
      ['zerodha', 'tickwire-adapter'],
      ['proxy', 'tickwire-proxy'],
    ])
    const made = [...image.matchAll(/useradd .*? --gid tickwire (--groups tickwire-vault )?.*? ([\w-]+)(?: \\)?$/gm)]
    const groups = made.map(([, vault, user]) => [user, vault !== undefined])
    expect(groups).toEqual([
      ['tickwire', true],
      ['tickwire-bus', false],
      ['tickwire-proxy', false],
      ['tickwire-adapter', true],
    ])
    expect(image.match(/^USER .*$/gm)).toEqual(['USER tickwire'])
  })

  it('leave the network to whoever needs one', () => {
    const without = Object.entries(compose.services).filter(([, { network_mode }]) => network_mode === 'none')
    expect(without.map(([name]) => name)).toEqual(['bus', 'simulator'])
  })

  it('are built with the install scripts of named packages only, and without what only development needs', () => {
    expect(image).toMatch(/npm ci --ignore-scripts && npm run native && .*npm prune --omit=dev/)
  })

  it('depend on services that exist', () => {
    const missing = Object.values(compose.services).flatMap(({ depends_on = {} }) =>
      Object.keys(depends_on).filter(name => !(name in compose.services)),
    )
    expect(missing).toEqual([])
  })

  it('prepare the data folder, run side by side, and serve an unmodified client', async () => {
    const { setup, ...others } = compose.services
    expect(await processes.run(...(setup?.command ?? []))).toMatchObject({ code: 0 })
    // Other users read what the one of the setup wrote.
    const configured = statSync(join(processes.folder, 'tickwire.toml')).mode & 0o777
    expect(configured).toBe(isRoot ? 0o640 : 0o600)
    for (const [name, { command, profiles, environment }] of Object.entries(others))
      if (!profiles) running.set(name, processes.start(command, { ...environment, TICKWIRE_PROXY_PORT: 'auto' }))
    await eventually(() => processes.hasProxy())
    for (const name of ['bus', 'proxy']) await eventually(() => isHealthy(name))
    const created = await processes.run('key', 'create', 'my-bot')
    expect(created.code).toBe(0)
    const charts = new Charts(() => processes.url(), created.out.trim())
    charts.feed.subscribe('LTP', 'NIFTY', 'NSE_INDEX')
    try {
      await eventually(() => charts.ltps.length >= 5)
      expect(charts.ltps[0]).toMatchObject({ symbol: 'NIFTY', exchange: 'NSE_INDEX', ltp: expect.any(Number) })
    } finally {
      charts.close()
    }
  })

  it('end by themselves when told to', async () => {
    const said = await Promise.all([...running].map(async ([name, command]) => [name, (await command.stop()).code]))
    expect(said).toEqual([
      ['bus', 0],
      ['simulator', 0],
      ['proxy', 0],
    ])
  })
})
