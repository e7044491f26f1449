import type { Mode } from '../shared/market/mode.ts'
import { type Delivery, readDelivery } from './delivery.ts'
import { type Hint, suggest } from './fields.ts'
import { explainMode, readMode } from './mode.ts'
import { type Place, readPlace } from './place.ts'

/** One instrument as a client named it. */
export interface SymbolRequest {
  readonly form: 'single' | 'item'
  /** Exactly as the client wrote it, since that is how it is answered; empty where it was missing. */
  readonly symbol: string
  readonly exchange: string
  /** The item's own mode. */
  readonly mode?: Mode
  /** Why its own mode, or the one it leans on, means nothing. */
  readonly badMode?: string
  /** How its ticks shall go out: its own wish, else that of the message; absent when nothing is asked. */
  readonly delivery?: Delivery
  /** Where the client was when it left. */
  readonly resume?: Place
  /** The broker or the feed it names: then no other one serves it. */
  readonly broker?: string
  /** Why the item cannot be served: it has no symbol or no exchange, or wants what cannot be had. */
  readonly problem?: string
}

/** What a message or an item of it asks for beyond the instrument. */
export interface Wish {
  readonly delivery?: Delivery
  readonly resume?: Place
  readonly broker?: string
}

type Fields = Readonly<Record<string, unknown>>

const SHOWN = 64
/** A suggestion costs microseconds: a message of thousands of misspellings must not cost everybody's time. */
const HINTS = 8

/**
 * The instruments a message names: `symbols` (or `instruments`) as an array of objects and strings or as one
 * comma-separated text, else the single form. `undefined` when it names none. Reads no more than one above `limit`.
 * `wish` is that of the message, which items may overrule; without one, nobody is asking for ticks and none is read.
 */
export function readSymbols(fields: Fields, limit: number, wish?: Wish): readonly SymbolRequest[] | undefined {
  const list = fields.symbols ?? fields.instruments
  if (Array.isArray(list) && list.length > 0) return readList(list, limit, wish)
  if (typeof list === 'string' && list.trim()) return readTexts(list, limit, wish)
  const { symbol, exchange } = fields
  if (typeof symbol !== 'string' || symbol === '') return undefined
  if (typeof exchange === 'string' && exchange !== '') return [{ form: 'single', symbol, exchange, ...wish }]
  return symbol.includes(':') ? readTexts(symbol, limit, wish) : undefined
}

/** How many a message names that `read` were read of; an item of a list may be a text of several. */
export function countNamed({ symbols, instruments, symbol }: Fields, read: number): number {
  const list = symbols ?? instruments ?? symbol
  return Math.max(read, typeof list === 'string' ? list.split(',').length : Array.isArray(list) ? list.length : 0)
}

/** What `fields`, a message or an item, asks for; a text that says what is wrong with it. */
export function readWish(fields: Fields, above: Wish = {}, hint: Hint = suggest): Wish | string {
  const delivery = readDelivery(fields, above.delivery, hint)
  if (typeof delivery === 'string') return delivery
  const resume = readPlace(fields.resume)
  if (typeof resume === 'string') return resume
  const place = resume ?? above.resume
  const broker = typeof fields.broker === 'string' && fields.broker !== '' ? fields.broker : above.broker
  return { ...(delivery && { delivery }), ...(place && { resume: place }), ...(broker && { broker }) }
}

function readList(list: readonly unknown[], limit: number, wish: Wish | undefined): SymbolRequest[] {
  const found: SymbolRequest[] = []
  let hints = HINTS
  const hint: Hint = (word, known) => (hints-- > 0 ? suggest(word, known) : '')
  for (const item of list) {
    if (typeof item === 'string') found.push(...readTexts(item, limit - found.length, wish))
    else found.push(readItem(item, wish, hint))
    if (found.length > limit) break
  }
  return found
}

const readTexts = (text: string, limit: number, wish: Wish | undefined): SymbolRequest[] =>
  text.split(',', limit + 1).map(one => readText(one, wish))

function readItem(item: unknown, above: Wish | undefined, hint: Hint): SymbolRequest {
  if (typeof item !== 'object' || item === null) return failed('', '', 'an item must be an object or a text')
  const fields = item as Fields
  const { symbol, exchange, mode } = fields
  if (typeof symbol !== 'string' || typeof exchange !== 'string' || !symbol || !exchange)
    return failed(shown(symbol), shown(exchange), 'an item needs both "symbol" and "exchange"')
  const wish = above && readWish(fields, above, hint)
  if (typeof wish === 'string') return { form: 'item', symbol, exchange, problem: wish }
  if (mode === undefined) return { form: 'item', symbol, exchange, ...wish }
  const own = readMode(mode)
  return { form: 'item', symbol, exchange, ...(own ? { mode: own } : { badMode: explainMode(mode) }), ...wish }
}

/** `NSE:RELIANCE`; the symbol may hold a colon of its own (`NSE:TCS:20`). */
function readText(text: string, wish: Wish | undefined): SymbolRequest {
  const name = text.trim()
  const colon = name.indexOf(':')
  const [exchange, symbol] = [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)]
  if (exchange === '' || symbol === '' || /\s/.test(exchange))
    return failed(shown(text), '', 'a text item is written EXCHANGE:SYMBOL')
  return { form: 'item', symbol, exchange, ...wish }
}

const failed = (symbol: string, exchange: string, problem: string): SymbolRequest => ({
  form: 'item',
  symbol,
  exchange,
  problem: `Cannot read this symbol: ${problem}`,
})

const shown = (value: unknown): string => (typeof value === 'string' ? value.slice(0, SHOWN) : '')
