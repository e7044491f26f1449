import type { TickHeader } from '../../../bus/message.ts'
import type { Identity } from '../../../proxy/access.ts'
import type { Demand } from '../../../proxy/fanout/demand.ts'
import { Hub } from '../../../proxy/fanout/hub.ts'
import type { FeedView } from '../../../proxy/feeds.ts'
import { Register, type Registry } from '../../../proxy/limits/register.ts'
import { isWatched, type Looked, Lookout } from '../../../proxy/lookout/lookout.ts'
import { EVERYTHING, type Reading } from '../../../proxy/reading.ts'
import { Workshop } from '../../../proxy/worklist.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { loadConfig } from '../../../shared/config.ts'
import type { Quota } from '../../../shared/grant.ts'
import { frameTemplate } from '../../../shared/market/frame.ts'
import { parseTopic } from '../../../shared/market/topic.ts'
import { equity } from '../../support/proxy.ts'

export const ALICE: Identity = { userId: 'alice', keyId: 'A', ticket: false }

export const feedOf = (name: string): FeedView => ({
  name,
  broker: name.toLowerCase(),
  userId: 'alice',
  external: false,
  state: 'live',
  reason: undefined,
  since: 0,
  silent: false,
  returns: 0,
  lastTickAt: undefined,
  label: 'live',
  modes: ['LTP', 'QUOTE', 'DEPTH', 'BOOK20'],
  books: undefined,
  status: undefined,
})

/** A lookout among rooms that the test moves: time, feeds, what a key may. Every symbol there is, each feed lists. */
export class LookoutRig {
  readonly clock = new ManualClock()
  /** What is wanted, and what was asked for again. */
  readonly wanted = new Set<string>()
  readonly resyncs: string[] = []
  readonly #demand: Demand = {
    want: (_, topic) => void this.wanted.add(topic),
    drop: (_, topic) => void this.wanted.delete(topic),
    resync: feed => void this.resyncs.push(feed),
  }
  readonly hub = new Hub({ demand: this.#demand, clock: this.clock, resumeBytes: 1_000_000 })
  readonly notes: string[] = []
  feeds: FeedView[] = [feedOf('ONE')]
  isGood = true
  /** Sessions that are over. */
  readonly over = new Set<string | undefined>()
  reading: Reading = EVERYTHING
  quota: Quota | undefined
  readonly register: Register
  readonly lookout: Lookout

  constructor({ symbolsPerKey = 1000, symbolsPerConnection = 1000 } = {}) {
    const { clock, hub } = this
    const limits = { ...loadConfig({}, {}).proxy, symbolsPerKey }
    this.register = new Register(limits, clock)
    const registry: Registry = { ask: (question, answer = () => {}) => answer(this.register.answer(0, question)) }
    this.lookout = new Lookout({
      clock,
      hub,
      workshop: new Workshop(clock),
      shelf: { open: () => () => true },
      failover: { outlook: current => ({ current }), *reroute() {} },
      instruments: {
        has: () => true,
        find: (_, exchange, symbol) => (exchange === 'NSE' && symbol !== 'NOSUCH' ? equity(symbol) : undefined),
        findTwin: (_, { symbol }) => equity(symbol),
      },
      registry,
      audit: { record: ({ action, subject }) => void this.notes.push(`${action} ${subject}`) },
      feedsOf: () => this.feeds,
      access: {
        mayStay: ({ session }) => this.isGood && !this.over.has(session),
        mayUse: (_, feed) => this.feeds.some(({ name }) => name === feed),
        permits: (_, exchange, symbol) => this.reading.permits(exchange, symbol),
        reading: () => this.reading,
        quotaOf: () => this.quota,
      },
      limits: { symbolsPerConnection },
    })
  }

  /** Says the first value of everything that is wanted as soon as it is. */
  isPrompt = true

  /** Asks, and lets time go on until there is an answer. */
  async ask(
    symbols: string,
    { mode = 'LTP' as const, depth = 5, who = ALICE }: { mode?: 'LTP'; depth?: number; who?: Identity } = {},
  ): Promise<readonly Looked[] | undefined> {
    const requests = symbols.split(',').map(symbol => ({ form: 'item' as const, exchange: 'NSE', symbol }))
    let answer: { readonly looked: readonly Looked[] | undefined } | undefined
    const asked = this.lookout.ask(who, { symbols: requests, mode, depth }).then(looked => {
      answer = { looked }
    })
    while (!answer) {
      if (this.isPrompt) for (const topic of this.wanted) if (!this.hub.find(topic)?.last) this.tick(topic, 100)
      this.clock.advance(10)
      await new Promise(resolve => setImmediate(resolve))
    }
    await asked
    return answer.looked
  }

  tick(topic: string, ltp: number, header: Partial<TickHeader> = {}): void {
    const channel = this.hub.find(topic)
    if (!channel) throw new Error(`${topic} is not wanted`)
    const { head, tail, symbolAt, dataSymbolAt, symbolLength } = frameTemplate(parseTopic(topic), 'one')
    const place = { symbolAt, dataSymbolAt, symbolLength, epoch: 1, sequence: (channel.place?.seq ?? 0) + 1 }
    const kind = { snapshot: false, position: false, kept: false, receivedAt: this.clock.micros() }
    this.hub.deliver(channel, { ...kind, ...place, ...header }, Buffer.from(`${head}"ltp":${ltp}${tail}`))
  }

  close(): void {
    this.lookout.close()
    this.hub.close()
    this.register.close()
  }
}

/** Which topics are looked at, or why none is. */
export const seen = (looked: readonly Looked[] | undefined): readonly string[] =>
  (looked ?? []).map(one => (isWatched(one) ? one.found.topic : one.message))
