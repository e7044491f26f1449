import type { LevelPart, TickPart } from '../../shared/market/tick.ts'
import { decimal, quantity, sent } from './decimal.ts'
import { feedTime, tradeTime } from './times.ts'

/** What one frame holds, by field code. Absent: unchanged. */
export type Fields = Readonly<Record<string, unknown>>

/** A part being filled in. */
type Draft = Writable<Omit<TickPart, keyof Sides>> & Sides

type Writable<Part> = { -readonly [Field in keyof Part]: Part[Field] }

interface Sides {
  buy?: (Writable<LevelPart> | undefined)[]
  sell?: (Writable<LevelPart> | undefined)[]
}

/** Levels of the deepest book. */
const DEPTH = 5

/** Fills in what a text says; false when it says nothing that can be. */
type Reader = (draft: Draft, text: string) => boolean

/** 0 is how "none yet" is written: of a last price before the first trade, of a day without one. */
const price =
  (
    field: 'ltp' | 'open' | 'high' | 'low' | 'previousClose' | 'averagePrice' | 'upperCircuit' | 'lowerCircuit',
  ): Reader =>
  (draft, text) => {
    const value = decimal(text)
    if (value === undefined) return false
    draft[field] = value === 0 ? null : value
    return true
  }

/** 0 is a number like any other. */
const count =
  (field: 'volume' | 'lastQuantity' | 'openInterest' | 'totalBuyQuantity' | 'totalSellQuantity'): Reader =>
  (draft, text) => {
    const value = quantity(text)
    if (value === undefined) return false
    draft[field] = value
    return true
  }

const level =
  (side: keyof Sides, place: number, field: keyof LevelPart): Reader =>
  (draft, text) => {
    const value = field === 'price' ? decimal(text) : quantity(text)
    if (value === undefined) return false
    draft[side] ??= []
    const levels = draft[side]
    while (levels.length <= place) levels.push(undefined)
    levels[place] ??= {}
    levels[place][field] = value
    return true
  }

/**
 * PiConnect documentation, WebSocket, "Touchline" and "Depth". `c` is the previous close. `toi` is not here: it is the
 * open interest of the underlying, not of the instrument.
 */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['lp', price('ltp')],
  ['o', price('open')],
  ['h', price('high')],
  ['l', price('low')],
  ['c', price('previousClose')],
  ['ap', price('averagePrice')],
  ['uc', price('upperCircuit')],
  ['lc', price('lowerCircuit')],
  ['v', count('volume')],
  ['ltq', count('lastQuantity')],
  ['tbq', count('totalBuyQuantity')],
  ['tsq', count('totalSellQuantity')],
  ...[0, 1, 2, 3, 4].flatMap((place): [string, Reader][] => [
    [`bp${place + 1}`, level('buy', place, 'price')],
    [`bq${place + 1}`, level('buy', place, 'quantity')],
    [`bo${place + 1}`, level('buy', place, 'orders')],
    [`sp${place + 1}`, level('sell', place, 'price')],
    [`sq${place + 1}`, level('sell', place, 'quantity')],
    [`so${place + 1}`, level('sell', place, 'orders')],
  ]),
])

/** Where contracts are traded, so that an open interest of 0 is a number; elsewhere the field means nothing. */
const CONTRACTS: ReadonlySet<unknown> = new Set(['NFO', 'BFO', 'CDS', 'BCD', 'MCX', 'NCX', 'NCO'])

const openInterest = count('openInterest')

/**
 * What the fields of an instrument of `exchange` say. `odd` hears of those whose text is no value; they count as not
 * sent. `receivedAt` in milliseconds.
 */
export function readFields(
  fields: Fields,
  exchange: string,
  receivedAt: number,
  odd: (field: string) => void,
): TickPart {
  const draft: Draft = {}
  for (const field in fields) {
    const read = READERS.get(field) ?? (field === 'oi' && CONTRACTS.has(exchange) ? openInterest : undefined)
    const text = read && sent(fields[field])
    if (read && text !== undefined && !read(draft, text)) odd(field)
  }
  emptied(draft.buy)
  emptied(draft.sell)
  readTimes(draft, fields, receivedAt, odd)
  return draft
}

/** Without a best price a side has none: what was said of its further places is over, though nothing is sent of them. */
function emptied(levels: Sides['buy'] = []): void {
  if (levels[0]?.price !== 0) return
  for (let place = 1; place < DEPTH; place++) levels[place] ??= { price: 0 }
}

function readTimes(draft: Draft, fields: Fields, receivedAt: number, odd: (field: string) => void): void {
  const feed = sent(fields.ft)
  const made = feed === undefined ? undefined : feedTime(feed)
  if (made !== undefined) draft.timestamp = made
  else if (feed !== undefined && feed !== '0') odd('ft')
  const text = sent(fields.ltt)
  if (text === undefined) return
  const traded = tradeTime(text, { at: made ?? receivedAt, isStampedHere: made === undefined })
  if (traded === undefined) odd('ltt')
  else draft.lastTradeTime = traded
}
