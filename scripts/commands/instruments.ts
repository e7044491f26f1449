import { isSession } from '../../adapters/contract.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Exchange } from '../../shared/market/exchange.ts'
import { formatIdentity, identityOf } from '../../shared/market/identity.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { isBookMode, type TopicMode } from '../../shared/market/mode.ts'
import { formatTopic } from '../../shared/market/topic.ts'
import { isExpired, listIsOfToday } from '../../shared/market/validity.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import { formatPrice, formatSpan } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, wasStarted, withStore } from '../invocation.ts'
import { adapterPlace } from '../roster.ts'
import { parseSymbol } from '../symbol.ts'
import type { Column } from '../terminal.ts'

type InstrumentRow = Instrument & { readonly feed: string }

const COLUMNS: readonly Column<InstrumentRow>[] = [
  { head: 'INSTRUMENT', cell: row => `${row.exchange}:${row.symbol}` },
  { head: 'NAME', cell: row => row.name },
  { head: 'KIND', cell: row => row.kind },
  { head: 'EXPIRY', cell: row => row.expiry },
  { head: 'STRIKE', cell: row => row.strike, right: true },
  { head: 'LOT', cell: row => row.lotSize, right: true },
  { head: 'TICK', cell: row => row.tickSize, right: true },
  { head: 'FEED', cell: row => row.feed },
]

/** `tickwire instruments search WORDS…`. No match is no failure. */
export async function searchInstruments(
  globals: Globals,
  words: readonly string[],
  { feed, limit }: { readonly feed?: string; readonly limit: number },
): Promise<void> {
  const invocation = openInvocation(globals)
  const known = await knownFeeds(invocation, feed)
  // What a disabled feed lists gives no price: the simulator's contracts would stand before those of the account.
  const feeds = feed === undefined && known.some(one => one.enabled) ? known.filter(one => one.enabled) : known
  const text = words.join(' ')
  const rows = withBook(invocation, book =>
    booked(book, feeds).flatMap(({ name }) => book.search(name, text, limit).map(found => ({ ...found, feed: name }))),
  )
  invocation.terminal.rows(rows, COLUMNS, `Nothing matches "${text}". Fewer words match more.`)
}

/** `tickwire instruments explain EXCHANGE:SYMBOL`. Throws INSTRUMENT_UNKNOWN when no feed knows it. */
export async function explainInstrument(globals: Globals, word: string): Promise<void> {
  const { exchange, symbol } = parseSymbol(word)
  const invocation = openInvocation(globals)
  const { terminal, clock, config } = invocation
  const feeds = await knownFeeds(invocation)
  const found = withBook(invocation, book => {
    const those = booked(book, feeds)
    const meant = those.flatMap(({ name }) => book.find(name, exchange, symbol) ?? [])[0]
    return those.flatMap(feed => {
      // The same thing may have another name there.
      const instrument =
        book.find(feed.name, exchange, symbol) ?? (meant === undefined ? undefined : book.findTwin(feed.name, meant))
      const facts = book.facts(feed.name)
      return instrument && facts ? [{ feed, instrument, facts }] : []
    })
  })
  if (found.length === 0)
    throw new TickwireError('INSTRUMENT_UNKNOWN', `No feed knows ${exchange}:${symbol}`, {
      next: `tickwire instruments search ${symbol}`,
    })
  const now = clock.now()
  for (const { feed, instrument, facts } of found) {
    const adapter = feed.kind === 'external' ? undefined : await loadAdapter(adapterPlace(feed, config))
    const books = adapter !== undefined && isSession(adapter) ? adapter.books : undefined
    const modes = (feed.modes ?? adapter?.modes ?? []).filter(
      mode => !isBookMode(mode) || hasBook(instrument, books?.[mode]),
    )
    const topics = modes.map(mode => formatTopic({ feed: feed.name, ...instrument, mode }))
    const { writtenAt } = facts
    const isFetched = adapter !== undefined && isSession(adapter)
    const known = { feed: feed.name, isEnabled: feed.enabled, instrument, modes, topics, now, writtenAt, isFetched }
    if (terminal.format === 'table') terminal.print(explain(known))
    else {
      const expired = isExpired(instrument, now)
      const identity = textOf(instrument)
      terminal.print(
        JSON.stringify({
          feed: feed.name,
          enabled: feed.enabled,
          ...instrument,
          identity,
          expired,
          listedAt: writtenAt,
          modes,
          topics,
        }),
      )
    }
  }
}

/** Whether there is a book deeper than five levels, where `exchanges` have them; all, where none is named. */
const hasBook = ({ kind, exchange }: Instrument, exchanges: readonly Exchange[] | undefined): boolean =>
  kind !== 'INDEX' && (exchanges?.includes(exchange) ?? true)

/** What one feed says of an instrument. */
interface Known {
  readonly feed: string
  readonly isEnabled: boolean
  readonly instrument: Instrument
  readonly modes: readonly TopicMode[]
  readonly topics: readonly string[]
  readonly now: number
  /** When its list was fetched or written. */
  readonly writtenAt: number
  /** From a broker, whose list is valid for a day. */
  readonly isFetched: boolean
}

function explain({ feed, isEnabled, instrument, modes, topics, now, writtenAt, isFetched }: Known): string {
  const { token, brokerSymbol, lotSize, tickSize } = instrument
  const age = `${isFetched ? 'fetched' : 'written'} ${formatSpan(now - writtenAt)} ago`
  const isOld = isFetched && !listIsOfToday(writtenAt, now)
  const lines: [string, string][] = [
    [`${instrument.exchange}:${instrument.symbol}`, describe(instrument, now)],
    ['feed', `${feed}${isEnabled ? '' : ' (disabled)'}, where it is ${brokerSymbol} with token ${token}`],
    ['identity', textOf(instrument) ?? 'not told whole: no other feed stands in for it'],
    ['list', isOld ? `${age}: not of today; next: tickwire instruments sync ${feed}` : age],
    ...(lotSize === undefined ? [] : [['lot', `${lotSize}`] satisfies [string, string]]),
    ...(tickSize === undefined ? [] : [['tick', `${tickSize} rupees`] satisfies [string, string]]),
    ...modes.map((mode, at): [string, string] => [mode.toLowerCase(), topics[at] ?? '']),
  ]
  return `${lines.map(([head, text]) => `${head.padEnd(10)}  ${text}`).join('\n')}\n`
}

/** Feeds that say the same here stand in for each other. */
function textOf(instrument: Instrument): string | undefined {
  const identity = identityOf(instrument)
  return identity && formatIdentity(identity)
}

/** What an instrument is, in words. */
function describe(instrument: Instrument, now: number): string {
  const { kind, name, expiry, strike, underlying } = instrument
  const end =
    expiry === undefined ? 'expires unknown' : `${isExpired(instrument, now) ? 'EXPIRED' : 'expires'} ${expiry}`
  switch (kind) {
    case 'EQ':
      return `${name}, equity`
    case 'INDEX':
      return `${name}, index: not tradable, no volume and no book`
    case 'FUT':
      return `future on ${underlying ?? name}, ${end}`
    case 'CE':
      return `call on ${underlying ?? name} at ${formatPrice(strike) ?? 'an unknown strike'}, ${end}`
    case 'PE':
      return `put on ${underlying ?? name} at ${formatPrice(strike) ?? 'an unknown strike'}, ${end}`
    default:
      throw kind satisfies never
  }
}

/** Makes nothing where nothing was started. Throws INSTRUMENTS_MISSING there, FEED_UNKNOWN for a wrong name. */
async function knownFeeds(invocation: Invocation, name?: string): Promise<FeedRecord[]> {
  const { folder } = invocation
  if (!wasStarted(invocation))
    throw new TickwireError(
      'INSTRUMENTS_MISSING',
      `Nothing was started in ${folder.root} yet: no feed has instruments`,
      {
        next: 'tickwire up, or name another folder with --data-dir',
      },
    )
  const feeds = await withStore(invocation, store => store.feeds.list())
  if (name === undefined) return feeds
  const one = feeds.filter(feed => feed.name === name)
  if (one.length > 0) return one
  throw new TickwireError('FEED_UNKNOWN', `There is no feed ${name}`, { next: 'tickwire adapter list' })
}

/** Feeds that have written their list. Throws INSTRUMENTS_MISSING when none has. */
function booked(book: InstrumentBook, feeds: readonly FeedRecord[]): FeedRecord[] {
  const those = feeds.filter(feed => book.has(feed.name))
  if (those.length > 0) return those
  throw new TickwireError(
    'INSTRUMENTS_MISSING',
    'No feed has its instruments yet: it writes them when it first runs, and those of a broker are fetched',
    {
      next: 'tickwire up, or for accounts: tickwire instruments sync',
    },
  )
}

function withBook<T>({ folder }: Invocation, use: (book: InstrumentBook) => T): T {
  const book = new InstrumentBook(folder)
  try {
    return use(book)
  } finally {
    book.close()
  }
}
