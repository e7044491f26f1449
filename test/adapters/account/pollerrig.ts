import { onTestFinished } from 'vitest'
import { Poller } from '../../../adapters/account/poller.ts'
import type { HttpAnswer, HttpRequest, Quotes, SessionSettings, Update } from '../../../adapters/contract.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { FeedState } from '../../../shared/control.ts'
import { type ErrorCode, TickwireError } from '../../../shared/errors.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { keptLog } from '../../support/log.ts'
import { equity, pass } from '../runtime/rig.ts'

export const [A, B, C, D, E] = ['A', 'B', 'C', 'D', 'E'].map(symbol => equity(symbol)) as [
  Instrument,
  Instrument,
  Instrument,
  Instrument,
  Instrument,
]
export const OK = { status: 200, headers: {}, body: new Uint8Array() }

/** A broker of two instruments to a request, a second between two, that says 7 of all but E. */
export function poll({ poll_seconds = 30, state = 'live' as FeedState, connections = 1, pauseMs = 1000 } = {}) {
  const clock = new ManualClock()
  const { log, lines } = keptLog()
  const session = {
    state,
    open: connections,
    isListed: true,
    closed: new Set<string>(),
    refusals: 0,
    ticket: 'canary-ticket' as string | undefined,
    wanted: new Map<Instrument, unknown>(),
    values: new Map<Instrument, number>(),
  }
  /** What was asked for, and after how many milliseconds. */
  const asked: [number, string][] = []
  const offered: Update[] = []
  const told: (string | undefined)[] = []
  const broker = {
    refuse: undefined as ErrorCode | undefined,
    poison: '',
    answer: OK as HttpAnswer,
    before: async () => {},
  }
  const startedAt = clock.monotonic()
  const quotes: Quotes<unknown, unknown> = {
    instrumentsPerRequest: 2,
    pauseMs,
    mode: 'QUOTE',
    request: (_, ticket, instruments) => ({
      method: 'GET',
      url: `test:${String(ticket)}?${instruments.map(({ symbol }) => symbol).join(',')}`,
    }),
    parse(answer, instruments) {
      const poisoned = broker.poison !== '' && instruments.some(({ symbol }) => symbol === broker.poison)
      const code = poisoned ? 'BROKER_REFUSED' : broker.refuse
      if (code) throw new TickwireError(code, `no, ${session.ticket}.`)
      const known = instruments.filter(({ symbol }) => symbol !== 'E')
      return known.map(instrument => ({ instrument, tick: { ltp: 7, timestamp: answer.status } }))
    },
  }
  const poller = new Poller({
    adapter: { name: 'testbroker' },
    quotes,
    settings: { expect_ticks: 'calendar', poll_seconds } satisfies SessionSettings,
    session: {
      state: () => session.state,
      open: () => session.open,
      isListed: () => session.isListed,
      mayTrade: exchange => !session.closed.has(exchange),
      ticket: () => (session.ticket === undefined ? undefined : { ticket: session.ticket, mark: session.ticket }),
      wanted: () => session.wanted,
      receivedAt: instrument => session.values.get(instrument),
      refused: () => void session.refusals++,
    },
    offer(update) {
      offered.push(update)
      session.values.set(update.instrument, update.receivedAt)
    },
    forget: () => session.values.clear(),
    tell: text => {
      if (text !== told.at(-1)) told.push(text)
    },
    async http({ url }: HttpRequest) {
      asked.push([clock.monotonic() - startedAt, url.slice(url.indexOf('?') + 1)])
      await broker.before()
      return broker.answer
    },
    random: () => 0,
    clock,
    log,
  })
  onTestFinished(() => poller.close())
  return {
    clock,
    session,
    broker,
    asked,
    offered,
    told,
    lines,
    poller,
    /** Replaces what is wanted. */
    want: (...instruments: Instrument[]) => {
      session.wanted = new Map(instruments.map(one => [one, 'LTP']))
    },
    ticked: (...instruments: Instrument[]) => {
      for (const one of instruments) session.values.set(one, clock.micros())
    },
    /** The sockets are gone, and the values with them. */
    lose: () => {
      Object.assign(session, { state: 'down', open: 0 })
      session.values.clear()
    },
    back: () => void Object.assign(session, { state: 'live', open: 1 }),
    pass: (ms: number) => pass(clock, ms, 250),
    symbols: () => asked.map(([, symbols]) => symbols),
  }
}

/** Whose values, in order. */
export const values = (offered: readonly Update[]) => offered.map(({ instrument }) => instrument.symbol).join('')
