import { z } from 'zod'
import type { Wish } from '../lookout/lookout.ts'
import { explainMode, readMode } from '../mode.ts'
import { readSymbols } from '../symbols.ts'
import { HttpRefusal } from './refusal.ts'

/** A mode in the words of the API; the numbers and labels of the WebSocket are understood as well. */
export const modeSchema = z
  .union([z.string(), z.number()])
  .default('quote')
  .describe('ltp, quote or depth (1, 2 or 3).')

export const depthSchema = z.coerce
  .number()
  .int()
  .min(1)
  .max(200)
  .default(5)
  .describe('Levels of the book, with depth.')

const NO_SYMBOLS = 'no symbols: name some, as symbols=NSE:RELIANCE,NSE:TCS'

/** What a request asks to see, in the grammar of `subscribe`; throws what is wrong with it as a whole. */
export function readWish(
  fields: { readonly symbols: unknown; readonly mode: string | number; readonly depth: number },
  { maxSymbolsPerMessage: most }: { readonly maxSymbolsPerMessage: number },
): Wish {
  const mode = readMode(fields.mode)
  if (!mode) throw new HttpRefusal(400, explainMode(fields.mode), { code: 'INVALID_MODE' })
  const symbols = readSymbols({ symbols: fields.symbols }, most, {})
  if (!symbols) throw new HttpRefusal(400, NO_SYMBOLS)
  if (symbols.length > most)
    throw new HttpRefusal(413, `more than ${most} symbols in one request (proxy.max_symbols_per_message); send several`)
  return { symbols, mode, depth: fields.depth }
}
