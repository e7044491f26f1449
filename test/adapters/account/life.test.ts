import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { startAccount } from '../../../adapters/account/account.ts'
import type { Http, HttpRequest, SessionAdapter } from '../../../adapters/contract.ts'
import { type Clock, ManualClock, systemClock } from '../../../shared/clock.ts'
import { Secret } from '../../../shared/secret.ts'
import type { FeedRecord } from '../../../shared/store/feeds.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { holds } from '../../support/holds.ts'
import { keptLog } from '../../support/log.ts'
import { freePort } from '../../support/port.ts'
import { openVault, temporaryKey } from '../../support/vault.ts'
import { FakeBus, FEED } from '../runtime/rig.ts'
import { LISTED, testBroker } from '../runtime/session/sessionrig.ts'

const feed = {
  name: FEED,
  userId: 'ASHA',
  adapter: 'testbroker',
  kind: 'builtin',
  settings: {},
  enabled: true,
} as const

/** Moves the clock while it waits, and only then: a machine that stands still takes no time. */
const passing = (clock: ManualClock, assertion: () => void, meanwhile = () => {}) =>
  holds(() => {
    clock.advance(40)
    meanwhile()
    assertion()
  })

/** An account of a broker on this machine that takes one ticket, renews with a PIN and gives quotes: 7 for everything. */
async function account({ ticket, clock = systemClock }: { ticket?: string; clock?: Clock } = {}) {
  const folder = temporaryFolder()
  const key = temporaryKey()
  const [vault, elsewhere] = [openVault(folder, key), openVault(folder, key)]
  elsewhere.putCredentials(FEED, new Secret('{"pin":"1234"}'), 1)
  if (ticket) elsewhere.putTicket(FEED, new Secret(JSON.stringify(ticket)), { grantedAt: 1 })
  const port = await freePort()
  const base = testBroker()
  const adapter: SessionAdapter = {
    ...base,
    login: { ...base.login, renew: async ({ ticket: last }) => ({ ticket: `renewed after ${String(last)}` }) },
    master: { ...base.master, requests: () => [{ method: 'GET', url: 'test:list' }], parse: () => LISTED },
    session: { ...base.session, dial: (_, token) => ({ url: `ws://127.0.0.1:${port}/${encodeURI(String(token))}` }) },
    quotes: {
      instrumentsPerRequest: 2,
      pauseMs: 100,
      mode: 'LTP',
      request: (_, __, instruments) => ({ method: 'GET', url: instruments.map(({ symbol }) => symbol).join(',') }),
      parse: (_, instruments, at) =>
        instruments.map(instrument => ({ instrument, tick: { ltp: 7, timestamp: Math.floor(at / 1000) } })),
    },
  }
  const bus = new FakeBus()
  const asked: string[] = []
  const ask: Http = async ({ url }: HttpRequest) => {
    asked.push(url)
    return { status: 200, headers: {}, body: new Uint8Array() }
  }
  const http: Http = async () => ({ status: 200, headers: {}, body: new Uint8Array() })
  const { log, lines } = keptLog()
  const running = startAccount({
    feed: { ...feed, createdAt: 0 } satisfies FeedRecord,
    adapter,
    settings: { expect_ticks: 'calendar' },
    bus,
    folder,
    vault,
    http,
    ask,
    clock,
    log,
  })
  onTestFinished(() => running.close())
  /** From now on the broker is there, and takes this ticket only; whoever subscribes hears nothing. */
  const open = async (accepted: string) => {
    const server = new WebSocketServer({
      port,
      host: '127.0.0.1',
      verifyClient: ({ req }, answer) => answer(req.url === `/${encodeURI(accepted)}`, 403),
    })
    await once(server, 'listening')
    expect((server.address() as AddressInfo).port).toBe(port)
    const close = () => {
      for (const client of server.clients) client.terminate()
      server.close()
    }
    onTestFinished(close)
    return { server, close }
  }
  return { bus, asked, lines, elsewhere, open, said: () => bus.statuses().at(-1) }
}

const topics = (...symbols: string[]) => symbols.map(symbol => `${FEED}_NSE_${symbol}_LTP`)

describe('an account', () => {
  it('whose ticket the broker refuses goes on with a renewed one, without a person', async () => {
    const { open, elsewhere, said, lines } = await account({ ticket: 'old' })
    await open('renewed after old')
    await holds(() => expect(said()?.state).toBe('live'))
    expect(elsewhere.ticket(FEED)?.text.reveal()).toBe('"renewed after old"')
    expect(lines.filter(({ text }) => text === 'the login was renewed without a person')).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toContain('1234')
  })

  it('that nobody has logged in to logs in by itself where it can', async () => {
    const { open, said } = await account()
    await open('renewed after undefined')
    await holds(() => expect(said()?.state).toBe('live'))
  })

  it('gives polled prices while no connection can be had, says so, and stops when one is open', async () => {
    const clock = new ManualClock()
    const { bus, asked, open, said } = await account({ ticket: 'good', clock })
    // As a proxy does: who falls silent is forgotten.
    const want = () => bus.want('P1', 1, topics('A', 'B', 'C'))
    const becomes = (assertion: () => void) => passing(clock, assertion, want)
    await becomes(() => expect(bus.lane('P1')).toHaveLength(3))
    expect(asked).toEqual(['A,B', 'C'])
    expect(bus.lane('P1').map(({ frame }) => frame.data)).toEqual([
      expect.objectContaining({ ltp: 7, polled: true }),
      expect.objectContaining({ ltp: 7, polled: true }),
      expect.objectContaining({ ltp: 7, polled: true }),
    ])
    const polled = /^BROKER_UNREACHABLE: .*; prices are polled, every 30 s$/
    const expected = { state: 'down', confirmed: 3, reason: expect.stringMatching(polled) }
    await becomes(() => expect(said()).toMatchObject(expected))
    await open('good')
    await becomes(() => expect(said()).toMatchObject({ state: 'live' }))
    await becomes(() => expect(said()?.reason).toBeUndefined())
  })

  it('tells of orders under the symbols that its clients know', async () => {
    const { bus, open, said } = await account({ ticket: 'first' })
    const { server } = await open('first')
    await holds(() => expect(said()).toMatchObject({ state: 'live' }))
    for (const client of server.clients) client.send('filled A-EQ')
    const orders = () => bus.messages.filter(({ topic }) => topic === `ORDERS_${FEED}`)
    await holds(() => expect(orders()).toHaveLength(1))
    expect(JSON.parse(String(orders()[0]?.body))).toMatchObject({ exchange: 'NSE', symbol: 'A' })
  })

  it('asks once for what does not tick, and for nothing that does', async () => {
    const clock = new ManualClock()
    const { bus, asked, open, said } = await account({ ticket: 'good', clock })
    const { server } = await open('good')
    server.on('connection', socket => socket.on('message', () => socket.send('tick A 100')))
    await passing(clock, () => expect(said()?.state).toBe('live'))
    bus.want('P1', 1, topics('A', 'B'))
    await passing(clock, () => expect(said()?.confirmed).toBe(2))
    expect(asked).toEqual(['B'])
    expect(bus.lane('P1').map(({ frame }) => [frame.symbol, frame.data.ltp])).toEqual([
      ['A', 100],
      ['B', 7],
    ])
  })

  it('asks for nothing that it may not have', async () => {
    const clock = new ManualClock()
    const { bus, asked, open, said } = await account({ ticket: 'good', clock })
    await open('good')
    await passing(clock, () => expect(said()?.state).toBe('live'))
    bus.want('P1', 1, topics('A', 'B', 'C', 'D', 'E', 'F', 'G'))
    await passing(clock, () => expect(said()?.confirmed).toBe(6))
    expect(said()?.rejected).toMatchObject([{ topic: `${FEED}_NSE_G_LTP`, code: 'SUBSCRIPTION_LIMIT' }])
    expect(asked).toEqual(['A,B', 'C,D', 'E,F'])
  })
})
