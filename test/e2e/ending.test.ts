import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { TestClient } from '../support/client.ts'
import { eventually, Processes, System } from '../support/system.ts'

const LIMIT_MS = 15_000
/** What Ctrl-C may take when nobody has asked to be told. */
const QUICK_MS = 5000

async function enter(url: string, key: string, ...features: string[]): Promise<TestClient> {
  const client = await TestClient.open(url)
  onTestFinished(() => client.close())
  await client.ask({ action: 'authenticate', api_key: key, features })
  return client
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; ms: number }> {
  const from = systemClock.monotonic()
  const result = await work
  return { result, ms: systemClock.monotonic() - from }
}

describe('a system that is told to end', () => {
  it('says so to who asked for it, closes with 1012 and is gone within 15 s', async () => {
    const system = await System.start()
    onTestFinished(() => system.close())
    const told = await enter(system.url(), system.key, 'shutdown')
    const other = await enter(system.url(), system.key)
    const { result, ms } = await timed(system.up.stop('SIGTERM'))
    expect([result.code, ms < LIMIT_MS]).toEqual([0, true])
    expect(told.frames.at(-1)).toMatchObject({ type: 'server_shutdown', reason: 'restart' })
    expect([(await told.closed).code, (await other.closed).code]).toEqual([1012, 1006])
  })

  it.each([1, 2])('calls it a stop when SIGINT came to `up` alone, with a proxy of %d workers', async workers => {
    const system = await System.start(`[proxy]\nworkers = ${workers}\n`)
    onTestFinished(() => system.close())
    const told = await enter(system.url(), system.key, 'shutdown')
    const { result, ms } = await timed(system.up.stop('SIGINT'))
    expect([result.code, ms < LIMIT_MS]).toEqual([0, true])
    expect(told.frames.at(-1)).toMatchObject({ type: 'server_shutdown', reason: 'stop' })
    expect((await told.closed).code).toBe(1012)
  })

  it('calls the end of the proxy alone a restart: another one comes', async () => {
    const system = await System.start()
    onTestFinished(() => system.close())
    const told = await enter(system.url(), system.key, 'shutdown')
    process.kill(system.child('proxy').pid ?? 0, 'SIGTERM')
    expect((await told.closed).code).toBe(1012)
    expect(told.frames.at(-1)).toMatchObject({ type: 'server_shutdown', reason: 'restart' })
  })

  it('ends quickly on Ctrl-C when nobody asked to be told', async () => {
    const system = await System.start()
    onTestFinished(() => system.close())
    for (let nth = 0; nth < 20; nth++) await enter(system.url(), system.key)
    const { result, ms } = await timed(system.up.stop('SIGINT'))
    expect([result.code, ms < QUICK_MS]).toEqual([0, true])
  })
})

describe('a proxy of two workers that is told to end', () => {
  it('tells the clients of both, and leaves nobody waiting', async () => {
    const there = new Processes()
    onTestFinished(() => there.remove())
    const proxy = there.start(['proxy', '--port', 'auto', '--workers', '2'])
    onTestFinished(() => void proxy.child.kill('SIGKILL'))
    await eventually(() => there.hasProxy())
    const key = (await there.run('key', 'create', 'bot')).out.trim()
    const clients = await Promise.all(Array.from({ length: 8 }, () => enter(there.url(), key, 'shutdown', 'seq')))
    const { result, ms } = await timed(proxy.stop('SIGTERM'))
    expect([result.code, ms < LIMIT_MS]).toEqual([0, true])
    for (const client of clients) {
      expect(client.frames.at(-1)).toMatchObject({ type: 'server_shutdown', reason: 'restart' })
      expect((await client.closed).code).toBe(1012)
    }
  })

  it('calls Ctrl-C a stop', async () => {
    const there = new Processes()
    onTestFinished(() => there.remove())
    const proxy = there.start(['proxy', '--port', 'auto'])
    onTestFinished(() => void proxy.child.kill('SIGKILL'))
    await eventually(() => there.hasProxy())
    const key = (await there.run('key', 'create', 'bot')).out.trim()
    const client = await enter(there.url(), key, 'shutdown')
    expect((await proxy.stop('SIGINT')).code).toBe(0)
    expect(client.frames.at(-1)).toMatchObject({ type: 'server_shutdown', reason: 'stop' })
  })
})
