import type { Mode } from '../shared/market/mode.ts'
import { explainMode, readMode } from './mode.ts'

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
  /** Why the item cannot be served, when it has no symbol or no exchange. */
  readonly problem?: string
}

type Fields = Readonly<Record<string, unknown>>

const SHOWN = 64

/**
 * The instruments a message names: `symbols` (or `instruments`) as an array of objects and strings or as one
 * comma-separated text, else the single form. `undefined` when it names none. Reads no more than one above `limit`.
 */
export function readSymbols(fields: Fields, limit: number): readonly SymbolRequest[] | undefined {
  const list = fields.symbols ?? fields.instruments
  if (Array.isArray(list) && list.length > 0) return readList(list, limit)
  if (typeof list === 'string' && list.trim()) return readTexts(list, limit)
  const { symbol, exchange } = fields
  if (typeof symbol !== 'string' || symbol === '') return undefined
  if (typeof exchange === 'string' && exchange !== '') return [{ form: 'single', symbol, exchange }]
  return symbol.includes(':') ? readTexts(symbol, limit) : undefined
}

function readList(list: readonly unknown[], limit: number): SymbolRequest[] {
  const found: SymbolRequest[] = []
  for (const item of list) {
    if (typeof item === 'string') found.push(...readTexts(item, limit - found.length))
    else found.push(readItem(item))
    if (found.length > limit) break
  }
  return found
}

const readTexts = (text: string, limit: number): SymbolRequest[] => text.split(',', limit + 1).map(readText)

function readItem(item: unknown): SymbolRequest {
  if (typeof item !== 'object' || item === null) return failed('', '', 'an item must be an object or a text')
  const { symbol, exchange, mode } = item as Readonly<Record<string, unknown>>
  if (typeof symbol !== 'string' || typeof exchange !== 'string' || !symbol || !exchange)
    return failed(shown(symbol), shown(exchange), 'an item needs both "symbol" and "exchange"')
  if (mode === undefined) return { form: 'item', symbol, exchange }
  const own = readMode(mode)
  return { form: 'item', symbol, exchange, ...(own ? { mode: own } : { badMode: explainMode(mode) }) }
}

/** `NSE:RELIANCE`; the symbol may hold a colon of its own (`NSE:TCS:20`). */
function readText(text: string): SymbolRequest {
  const name = text.trim()
  const colon = name.indexOf(':')
  const [exchange, symbol] = [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)]
  if (exchange === '' || symbol === '' || /\s/.test(exchange))
    return failed(shown(text), '', 'a text item is written EXCHANGE:SYMBOL')
  return { form: 'item', symbol, exchange }
}

const failed = (symbol: string, exchange: string, problem: string): SymbolRequest => ({
  form: 'item',
  symbol,
  exchange,
  problem: `Cannot read this symbol: ${problem}`,
})

const shown = (value: unknown): string => (typeof value === 'string' ? value.slice(0, SHOWN) : '')
