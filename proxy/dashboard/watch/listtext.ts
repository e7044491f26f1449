import type { Name } from '../names.ts'
import { isName, MOST_NAMES } from './lists.ts'

/** What a text says, and what in it says nothing. */
export interface ReadText {
  readonly names: readonly Name[]
  /** Lines that are no instrument, as they stand, with their number. */
  readonly wrong: readonly { readonly line: number; readonly text: string }[]
  /** Instruments beyond what one list holds. */
  readonly tooMany: number
}

/** One `EXCHANGE:SYMBOL` on a line. */
export const writeText = (names: readonly Name[]): string => names.map(name => `${name}\n`).join('')

/**
 * Lines or commas between instruments, as other programs write them; `###` begins a section of TradingView's, `#` a
 * remark. Exchanges of others are not guessed.
 */
export function readText(text: string): ReadText {
  const names = new Set<Name>()
  const wrong: { line: number; text: string }[] = []
  for (const [nth, line] of text.split(/\r?\n/).entries()) {
    for (const part of line.split(',')) {
      const one = part.trim()
      if (one === '' || one.startsWith('#')) continue
      const at = one.indexOf(':')
      const name = `${one.slice(0, Math.max(0, at)).toUpperCase()}:${one.slice(at + 1).trim()}`
      if (at > 0 && isName(name)) names.add(name)
      else wrong.push({ line: nth + 1, text: one.slice(0, 80) })
    }
  }
  const all = [...names]
  return { names: all.slice(0, MOST_NAMES), wrong, tooMany: Math.max(0, all.length - MOST_NAMES) }
}
