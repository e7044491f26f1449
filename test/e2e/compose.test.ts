import { readFileSync } from 'node:fs'
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
  readonly depends_on?: Readonly<Record<string, unknown>>
}

const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, Service>>
  networks: { readonly default: { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } } }
}
let processes: Processes
const running = new Map<string, Command>()

beforeAll(() => {
  // What the volume is to the containers, this folder is to the processes; the port alone is a free one.
  processes = new Processes()
})

afterAll(async () => {
  await Promise.all([...running.values()].map(command => command.stop()))
  processes.remove()
})

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
    const withKey = Object.entries(compose.services).filter(([, { volumes }]) => volumes.includes('vault:/vault'))
    expect(withKey.map(([name, { profiles }]) => [name, profiles])).toEqual([['zerodha', ['zerodha']]])
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
    for (const [name, { command, profiles, environment }] of Object.entries(others))
      if (!profiles) running.set(name, processes.start(command, { ...environment, TICKWIRE_PROXY_PORT: 'auto' }))
    await eventually(() => processes.hasProxy())
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
