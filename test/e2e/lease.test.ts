import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { TestClient } from '../support/client.ts'
import { feedOf } from '../support/feed.ts'
import { freePort } from '../support/port.ts'
import { type Command, eventually, Processes, System } from '../support/system.ts'

let system: System
/** Another data folder on the same bus, as on another machine. */
let other: Processes
let second: Command
let client: TestClient

beforeAll(async () => {
  const port = await freePort(2)
  const bus = `[bus.tcp]\nport = ${port}\n`
  system = await System.start(bus)
  other = new Processes(bus)
  client = await TestClient.open(system.url())
  await client.ask({ action: 'authenticate', api_key: system.key, features: ['seq', 'count', 'gap'] })
  await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 'LTP' })
  await eventually(() => client.ticks.length > 3)
})

afterAll(async () => {
  client?.close()
  if (second?.child.exitCode === null) await second.stop('SIGKILL')
  other?.remove()
  rmSync(`${system?.folder}-bus`, { recursive: true, force: true })
  await system?.close()
})

/** Who is to take over a feed has its key, and knows the proxy. */
async function introduce(): Promise<void> {
  const { out } = await system.run('bus', 'keys', '--dir', `${system.folder}-bus`, '--format', 'json')
  const rows = out
    .trim()
    .split('\n')
    .map(row => JSON.parse(row) as { name: string; identity?: string })
  const proxy = rows.find(({ name }) => name === 'proxy')?.identity ?? ''
  mkdirSync(`${other.folder}/identities`, { mode: 0o700 })
  cpSync(`${system.folder}/identities/SIMULATOR.key`, `${other.folder}/identities/SIMULATOR.key`)
  expect(await other.run('bus', 'trust', 'proxy', proxy)).toMatchObject({ code: 0 })
}

const epochs = () => [...new Set(client.ticks.map(({ epoch }) => epoch))]

it('a second adapter of a feed takes it; the first ends within 3 s and says to whom, and no tick comes twice', async () => {
  await introduce()
  second = other.start(['adapter', 'run', 'SIMULATOR'])
  await eventually(() => epochs().length === 2)
  const began = systemClock.monotonic()
  await eventually(() => system.child('SIMULATOR').state === 'parked')
  expect(systemClock.monotonic() - began).toBeLessThan(3000)
  const { reason = '' } = system.child('SIMULATOR').lastExit ?? {}
  expect(reason).toMatch(
    new RegExp(
      `^FEED_TAKEN: Feed SIMULATOR is published by process \\S+-${second.child.pid}-\\w{4}, which began later$`,
    ),
  )
  const from = client.ticks.length
  await eventually(() => client.ticks.length > from + 5)
  expect((await feedOf(system, 'SIMULATOR')).state).toBe('live')
  // Never back to the first, and in one epoch every publication once, in order.
  const places = client.ticks.map(({ epoch, seq }) => [Number(epoch), Number(seq)] as const)
  for (const [at, [epoch, seq]] of places.entries()) {
    const [lastEpoch, lastSeq] = places[at - 1] ?? [0, 0]
    expect(epoch > lastEpoch || (epoch === lastEpoch && seq > lastSeq)).toBe(true)
  }
})

it('the first takes it back when a person says so, and the second ends with the reason', async () => {
  await system.run('adapter', 'enable', 'SIMULATOR')
  const { code, err } = await second.done
  expect(code).toBe(78)
  expect(err).toContain('error FEED_TAKEN: Feed SIMULATOR is published by process')
  expect(system.child('SIMULATOR').state).toBe('running')
  await eventually(() => epochs().length === 3)
})
