import { z } from 'zod'
import {
  type Dial,
  defineSession,
  type Failure,
  type Frame,
  type SessionAdapter,
  type SessionSettings,
  type Sibling,
} from '../../../../adapters/contract.ts'
import type { Pulse } from '../../../../adapters/runtime/pulse.ts'
import { Breaker } from '../../../../adapters/runtime/session/breaker.ts'
import { SessionFeed } from '../../../../adapters/runtime/session/session.ts'
import type { OpenSocket, SocketListener } from '../../../../adapters/runtime/session/socket.ts'
import type { Grant, Tickets } from '../../../../adapters/runtime/session/tickets.ts'
import { Traffic } from '../../../../adapters/runtime/session/traffic.ts'
import { StatusReporter } from '../../../../adapters/runtime/status.ts'
import type { ManualClock } from '../../../../shared/clock.ts'
import { TickwireError } from '../../../../shared/errors.ts'
import type { Instrument } from '../../../../shared/market/instrument.ts'
import type { OrderUpdate } from '../../../../shared/market/order.ts'
import type { Phase, PhaseAt } from '../../../../shared/market/phase.ts'
import { equity, FEED, rig, settle } from '../rig.ts'
import { decode } from './words.ts'

/** A socket as the broker holds its other end. */
class FakeSocket {
  readonly url: string
  readonly sent: Frame[] = []
  pings = 0
  cut = false
  readonly #listener: SocketListener

  constructor(dial: Dial, listener: SocketListener) {
    this.url = dial.url
    this.#listener = listener
  }

  accept = (): void => this.#listener.opened()
  pong = (): void => this.#listener.ponged()
  say = (frame: Frame): void => this.#listener.received(frame)
  fail = (failure: Failure): void => this.#listener.ended(failure)
  refuse = (status: number, retryAfterMs?: number): void =>
    this.fail({ kind: 'handshake', status, body: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
  /** The status of a refusal whose words never end. */
  stall = (status: number): void => this.#listener.refused({ kind: 'handshake', status, body: '' })
  evict = (): void => this.fail({ kind: 'closed', code: 1000, reason: '' })
  drop = (): void => this.fail({ kind: 'closed', code: 1006, reason: '' })
}

/** Every socket that was opened, in order. */
class FakeBroker {
  readonly sockets: FakeSocket[] = []

  readonly open: OpenSocket = (dial, listener) => {
    const socket = new FakeSocket(dial, listener)
    this.sockets.push(socket)
    return {
      send: frame => void socket.sent.push(frame),
      ping: () => void socket.pings++,
      end: () => {
        socket.cut = true
      },
    }
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('nothing was dialled')
    return socket
  }
}

/** Logins, as another process would make them. */
class FakeTickets implements Tickets {
  looks = 0
  #grant: Grant | undefined
  #onChange: () => void = () => {}

  current = (): Grant | undefined => this.#grant
  look = (): void => void this.looks++
  listen = (onChange: () => void): void => {
    this.#onChange = onChange
  }

  login(ticket: string, more: Partial<Grant> = {}): void {
    this.#grant = { ticket, mark: ticket, ...more }
    this.#onChange()
  }

  logout(): void {
    this.#grant = undefined
    this.#onChange()
  }
}

/** A broker whose words are easy to read: three connections of two instruments, two in a message, one message in 500 ms. */
export const testBroker = (
  hello?: readonly Frame[],
  more: Partial<SessionAdapter<SessionSettings, unknown, string>> = {},
) =>
  defineSession<SessionSettings, unknown, string>({
    name: 'testbroker',
    title: 'A broker for tests',
    label: 'live',
    modes: ['LTP', 'QUOTE', 'DEPTH'],
    settings: z.object({ expect_ticks: z.enum(['calendar', 'always']) }),
    credentials: z.object({}),
    ticket: z.string(),
    limits: { connections: 3, instrumentsPerConnection: 2, instrumentsPerMessage: 2, messagePauseMs: 500 },
    login: { url: () => '', readAnswer: () => ({ code: '' }), redeem: async () => ({ ticket: '' }) },
    master: { requests: () => [], parse: () => [], classify: () => new TickwireError('BROKER_REFUSED', 'no') },
    session: {
      dial: (_, ticket) => ({ url: `test:${ticket}`, ...(hello && { hello }) }),
      subscribe: (tokens, mode) => [`sub ${mode} ${tokens.join(',')}`],
      change: (tokens, from, to) => [`change ${from}>${to} ${tokens.join(',')}`],
      unsubscribe: tokens => [`drop ${tokens.join(',')}`],
      heartbeat: { suspectMs: 4500, deadMs: 10_000, send: { everyMs: 30_000, frame: 'ping' } },
      classify(failure) {
        if (failure.kind === 'refused') return new TickwireError('SESSION_EXPIRED', failure.reason)
        if (failure.kind === 'closed' && failure.code === 1000) return new TickwireError('SESSION_TAKEN', 'taken')
        if (failure.kind !== 'handshake') return new TickwireError('BROKER_UNREACHABLE', JSON.stringify(failure))
        const code =
          failure.status === 403 ? 'SESSION_EXPIRED' : failure.status === 429 ? 'BROKER_RATE_LIMITED' : 'BROKER_REFUSED'
        return new TickwireError(code, `HTTP ${failure.status}`)
      },
    },
    createDecoder: () => decode,
    ...more,
  })

/** A socket besides the main one, of a broker that sells deep books: two connections of one instrument. */
export const bookSibling = (more: Partial<Sibling<SessionSettings, string>> = {}): Sibling<SessionSettings, string> => {
  const { session } = testBroker()
  return {
    name: 'books',
    limits: { connections: 2, instrumentsPerConnection: 1, instrumentsPerMessage: 1, messagePauseMs: 0 },
    session: { ...session, dial: (_, ticket) => ({ url: `books:${ticket}` }) },
    carries: (_, mode) => (mode === 'BOOK50' ? mode : undefined),
    tokenOf: ({ symbol }) => `book-${symbol}`,
    createDecoder: () => decode,
    ...more,
  }
}

/** G is an index. */
export const LISTED = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map(symbol =>
  equity(symbol, { token: symbol, ...(symbol === 'G' && { kind: 'INDEX' }) }),
)

/** One market for all, which the test opens and closes. */
function openMarket(clock: ManualClock, isTrading: boolean) {
  const state = { isTrading, from: 0 }
  return {
    set isTrading(isTrading: boolean) {
      state.from = clock.now()
      state.isTrading = isTrading
    },
    phaseAt: (at: number): Phase =>
      state.isTrading
        ? { name: 'trading', ticks: 'expected', from: state.from, to: at + 1 }
        : { name: 'closed', ticks: 'none', from: state.from, to: at + 1 },
  }
}

/** A session feed on a fake bus, a fake broker and a clock moved by hand; every random draw is `random`. */
export function openSession({
  random = 1,
  isTrading = false,
  hello,
  broker: more,
  lingerMs = 0,
  phaseAt,
}: {
  random?: number
  isTrading?: boolean
  hello?: readonly Frame[]
  broker?: Parameters<typeof testBroker>[1]
  lingerMs?: number
  phaseAt?: PhaseAt
} = {}) {
  let listed: readonly Instrument[] = LISTED
  const parts = rig({
    modes: ['LTP', 'QUOTE', 'DEPTH', 'BOOK50'],
    lingerMs,
    find: (exchange, symbol) => listed.find(one => one.exchange === exchange && one.symbol === symbol),
  })
  const broker = new FakeBroker()
  const tickets = new FakeTickets()
  const traffic = new Traffic(parts.log)
  const status = new StatusReporter({ label: 'live', ...parts })
  const breaker = new Breaker({ ...parts, tell: text => status.remark('rest', text) })
  status.ask(() => ({ refused: [], ...(breaker.rest && { rest: breaker.rest }) }))
  const market = openMarket(parts.clock, isTrading)
  const orders: OrderUpdate[] = []
  const feed = new SessionFeed({
    ...parts,
    account: FEED,
    adapter: testBroker(hello, more),
    settings: { expect_ticks: 'calendar' },
    tickets,
    status,
    traffic,
    breaker,
    open: broker.open,
    phaseAt: phaseAt ?? ((_, at) => market.phaseAt(at)),
    capture: undefined,
    onOrder: order => void orders.push(order),
    random: () => random,
  })
  feed.setUnlisted(undefined)
  const listen = (pulse: Pulse) => pulse.listen(gap => feed.missed(gap))
  listen(parts.pulse)
  let revision = 0
  return {
    ...parts,
    /** Of the instruments; `states` are those of the feed. */
    standings: parts.states,
    broker,
    tickets,
    traffic,
    status,
    breaker,
    feed,
    market,
    orders,
    /** The whole set the one proxy wants now: `A:QUOTE`, `B:LTP`. */
    want(...wishes: string[]) {
      const topics = wishes.map(wish => `${FEED}_NSE_${wish.replace(':', '_')}`)
      parts.bus.want('P1', ++revision, topics)
    },
    relist(instruments: readonly Instrument[]) {
      listed = instruments
      parts.audience.review()
    },
    /** Logged in and connected. */
    live() {
      tickets.login('one')
      broker.last.accept()
    },
    states: () =>
      parts.bus
        .statuses()
        .map(({ state }) => state)
        .filter((state, place, all) => state !== all[place - 1]),
    /** Moves time in steps, with promises in between; proxies repeat their sets meanwhile, the broker its heartbeat. */
    async pass(ms: number, { beats = false, step = 250 } = {}) {
      for (let passed = 0; passed < ms; passed += step) {
        parts.clock.advance(Math.min(step, ms - passed))
        if (beats) for (const socket of broker.sockets) if (!socket.cut) socket.say('beat')
        if (revision > 0 && passed % 2000 === 0) parts.bus.arrive(`CONTROL_${FEED}`, lastSet())
        await settle()
      }
    },
  }

  function lastSet(): Buffer {
    const topics = [...parts.audience.instruments()].map(([one, mode]) => `${FEED}_NSE_${one.symbol}_${mode}`)
    return Buffer.from(JSON.stringify({ version: 1, feed: FEED, proxy: 'P1', revision, resync: 0, topics }))
  }
}

/** What the last socket, or the nth, was told, in order, without our heartbeat. */
export const told = ({ broker }: ReturnType<typeof openSession>, nth = broker.sockets.length - 1) =>
  broker.sockets[nth]?.sent.filter(frame => frame !== 'ping')

/** A price, and a book on top of it, each from a source of its own. */
export const SOURCES = { LTP: ['top'], QUOTE: ['top'], DEPTH: ['top'], BOOK50: ['top', 'book'] } as const

/** A broker whose deep books come over sockets of their own, with a login. */
export function openBooks(sibling: Parameters<typeof bookSibling>[0] = {}, lingerMs = 0) {
  const session = openSession({
    isTrading: true,
    lingerMs,
    broker: {
      sources: SOURCES,
      carries: (_, mode) => (mode === 'BOOK50' ? 'DEPTH' : mode),
      siblings: [bookSibling(sibling)],
    },
  })
  return Object.assign(session, {
    nth: (place: number) => session.broker.sockets[place] ?? session.broker.last,
    urls: () => session.broker.sockets.map(({ url }) => url),
    reason: () => session.bus.statuses().at(-1)?.reason,
  })
}
