import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { TestClient } from '../support/client.ts'
import { eventually, System } from '../support/system.ts'

const idOf = (key: string): string => /tw_live_([^_]+)_/.exec(key)?.[1] ?? ''

describe.each([1, 2])('keys of a proxy of %i processes', workers => {
  let system: System

  beforeAll(async () => {
    system = await System.start(`[proxy]\nworkers = ${workers}\n[feeds.SIMULATOR]\nrate = 500\n`)
  })

  afterAll(() => system?.close())

  const make = async (...words: string[]) => (await system.run('key', 'create', 'bot', ...words)).out.trim()

  async function show(key: string) {
    const client = await TestClient.open(system.url())
    onTestFinished(() => client.close())
    return { client, reply: await client.ask({ action: 'authenticate', api_key: key }) }
  }

  /** So many clients of one key that every process has one. */
  async function enter(key: string): Promise<TestClient[]> {
    const shown = await Promise.all(Array.from({ length: workers }, () => show(key)))
    for (const { reply } of shown) expect(reply).toMatchObject({ status: 'success' })
    return shown.map(({ client }) => client)
  }

  /** Of both, which exist. */
  async function read(client: TestClient, symbols = 'NSE:RELIANCE,NSE:TCS', mode = 'LTP') {
    const { subscriptions } = await client.ask({ action: 'subscribe', symbols, mode })
    return (subscriptions as { symbol: string; status: string; message?: string }[]).map(
      ({ symbol, status, message }) => message ?? `${symbol} ${status}`,
    )
  }

  const post = (key: string) =>
    fetch(`${system.url().replace('ws', 'http')}/api/v1/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, connection: 'close' },
    })

  const mint = async (key: string) => ((await (await post(key)).json()) as { ticket: string }).ticket

  it('read what they are bound to, and lose within a second what they are not any more', async () => {
    const key = await make('--symbols', 'RELIANCE,T?S', '--exchanges', 'NSE')
    const clients = await enter(key)
    for (const client of clients) {
      expect(await read(client, 'NSE:RELIANCE,NSE:TCS,NSE:SBIN,NSE_INDEX:NIFTY')).toEqual([
        'RELIANCE success',
        'TCS success',
        'Symbol SBIN not found for exchange NSE',
        'Symbol NIFTY not found for exchange NSE_INDEX',
      ])
      await eventually(() => ['RELIANCE', 'TCS'].every(name => client.ticks.some(({ symbol }) => symbol === name)))
    }
    const changed = await system.run('key', 'change', idOf(key), '--symbols', 'RELIANCE')
    const at = performance.now()
    expect(changed.code).toBe(0)
    for (const client of clients)
      await eventually(() => client.replies.some(({ code }) => code === 'NOT_PERMITTED'), 1000)
    expect(performance.now() - at).toBeLessThan(1000)
    for (const client of clients) {
      const seen = client.ticks.length
      await eventually(() => client.ticks.length > seen + 20)
      expect(new Set(client.ticks.slice(seen).map(({ symbol }) => symbol))).toEqual(new Set(['RELIANCE']))
    }
  })

  it('are rotated with an overlap, in which both are good, and after which the old one’s connections close', async () => {
    const old = await make('--symbols', 'RELIANCE')
    const before = await enter(old)
    const rotated = await system.run('key', 'rotate', idOf(old), '--overlap', '8s')
    const next = rotated.out.trim()
    const after = await enter(next)
    expect((await show(old)).reply).toMatchObject({ status: 'success' })
    for (const client of after)
      expect(await read(client)).toEqual(['RELIANCE success', expect.stringContaining('TCS not')])
    const closed = await Promise.all(before.map(client => client.closed))
    expect(closed.map(({ code }) => code)).toEqual(before.map(() => 4403))
    expect((await show(old)).reply).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
    expect(after.every(client => client.isOpen)).toBe(true)
  })

  it('mint tickets, each for one connection that reads what its key reads and ends with it', async () => {
    const key = await make('--symbols', 'RELIANCE', '--modes', 'ltp')
    const ticket = await mint(key)
    const { client, reply } = await show(ticket)
    expect(reply).toMatchObject({ status: 'success' })
    expect(await read(client)).toEqual(['RELIANCE success', expect.stringContaining('TCS not found')])
    expect(await read(client, 'NSE:RELIANCE', 'Quote')).toEqual(['This key reads LTP only'])
    for (let time = 0; time <= workers; time++)
      expect((await show(ticket)).reply).toMatchObject({ code: 'AUTHENTICATION_ERROR', message: 'Invalid API key' })
    // Of many that show one ticket at the same time, one comes in.
    const second = await mint(key)
    const crowd = await Promise.all(Array.from({ length: 20 }, () => show(second)))
    expect(crowd.filter(one => one.reply.status === 'success')).toHaveLength(1)
    expect((await post(ticket)).status).toBe(401)
    expect((await system.run('key', 'revoke', idOf(key))).code).toBe(0)
    expect((await client.closed).code).toBe(4403)
    // Whichever process answers: another than that of the connection looks a moment later.
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 4 * workers }, () => post(key)))
      return answers.every(({ status }) => status === 401)
    }, 1000)
  })

  it('tell what their clients have, over all processes, and when they were used', async () => {
    const key = await make()
    const clients = await enter(key)
    for (const client of clients) await read(client)
    const id = idOf(key)
    await eventually(async () => {
      const { out } = await system.run('key', 'usage', id, '--format', 'json')
      const used = JSON.parse(out)
      const { connections, subscriptions, messages } = used
      return (
        [connections, subscriptions, messages].join() === `${workers},${2 * workers},${2 * workers}` && used.lastUsedAt
      )
    })
  })
})
