import { type ErrorCode, TickwireError } from '../../shared/errors.ts'
import { isExchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { formatTopic, isSymbol, parseTopic, type TopicParts } from '../../shared/market/topic.ts'

/** One topic this feed can serve. */
export interface Target {
  readonly topic: string
  readonly instrument: Instrument
  readonly mode: TopicMode
}

/** A topic somebody wants and this feed cannot serve, and why. */
export interface Rejection {
  readonly topic: string
  readonly code: ErrorCode
  readonly reason: string
}

/** What is listed under an exchange and a common symbol: the same object every time, as long as the list says the same. */
export type Find = (exchange: string, symbol: string) => Instrument | undefined

/** What one feed offers. */
export interface Catalogue {
  readonly feed: string
  /** Lower case, as clients see it. */
  readonly broker: string
  readonly modes: readonly TopicMode[]
  readonly find: Find
  readonly target: (instrument: Instrument, mode: TopicMode) => Target
  /** TOPIC_MALFORMED, INSTRUMENT_UNKNOWN or MODE_NOT_OFFERED when it cannot be served. */
  readonly resolve: (topic: string) => Target | Rejection
}

const SHOWN_PROBLEMS = 5

export function createCatalogue(offer: Pick<Catalogue, 'feed' | 'broker' | 'modes' | 'find'>): Catalogue {
  const { feed, broker, modes, find } = offer
  const target = (instrument: Instrument, mode: TopicMode): Target => ({
    topic: formatTopic({ feed, exchange: instrument.exchange, symbol: instrument.symbol, mode }),
    instrument,
    mode,
  })

  function resolve(topic: string): Target | Rejection {
    const parts = readTopic(topic)
    if ('code' in parts) return parts
    const { exchange, symbol, mode } = parts
    if (parts.feed !== feed)
      return { topic, code: 'TOPIC_MALFORMED', reason: `This is feed ${feed}, the topic names ${parts.feed}` }
    const instrument = find(exchange, symbol)
    if (!instrument) return { topic, code: 'INSTRUMENT_UNKNOWN', reason: `${feed} has no ${exchange}:${symbol}` }
    if (!modes.includes(mode))
      return { topic, code: 'MODE_NOT_OFFERED', reason: `${feed} offers ${modes.join(', ')}, not ${mode}` }
    return { topic, instrument, mode }
  }

  return { feed, broker, modes, find, target, resolve }
}

function readTopic(topic: string): TopicParts | Rejection {
  try {
    return parseTopic(topic)
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    return { topic, code: error.code, reason: error.message }
  }
}

/** Throws ADAPTER_INVALID when the instruments cannot be told apart or cannot travel. */
export function indexInstruments(broker: string, instruments: readonly Instrument[]): Find {
  const index = new Map<string, Map<string, Instrument>>()
  const problems: string[] = []
  for (const instrument of instruments) {
    const { exchange, symbol } = instrument
    const where = `${exchange}:${symbol}`
    let symbols = index.get(exchange)
    if (!symbols) {
      symbols = new Map()
      index.set(exchange, symbols)
    }
    if (!isExchange(exchange)) problems.push(`${where} is on no known exchange`)
    else if (!isSymbol(symbol)) problems.push(`${where} has a symbol that cannot travel`)
    else if (symbols.has(symbol)) problems.push(`${where} is listed twice`)
    symbols.set(symbol, instrument)
  }
  if (instruments.length === 0) problems.push('the list is empty')
  if (problems.length > 0) {
    const more = problems.length > SHOWN_PROBLEMS ? ` and ${problems.length - SHOWN_PROBLEMS} more` : ''
    throw new TickwireError(
      'ADAPTER_INVALID',
      `Instruments of adapter ${broker}: ${problems.slice(0, SHOWN_PROBLEMS).join('; ')}${more}`,
      { next: 'correct what instruments() of the adapter returns' },
    )
  }
  return (exchange, symbol) => index.get(exchange)?.get(symbol)
}
