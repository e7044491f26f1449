import { ALWAYS } from '../fields.ts'
import type { Cuts } from './cuts.ts'
import { Pairs, sameBytes } from './pairs.ts'

/** Names to be kept, as bytes, by their length. */
export type Selection = readonly (readonly Uint8Array[])[]

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1')

const BRACE = 0x7b
const DATA = ascii('data')
/** What stands before the second symbol in every frame of our own making. */
const OPENING = ascii('"data":{"symbol":"')
const OPENING_FROM_BRACE = '{"symbol":"'.length

/** `fields` and the names that are always kept. */
export function selectionOf(fields: readonly string[]): Selection {
  const names = [...ALWAYS, ...fields].map(ascii)
  const longest = Math.max(...names.map(name => name.length))
  return Array.from({ length: longest + 1 }, (_, length) => names.filter(name => name.length === length))
}

/**
 * Keeps of `payload`, up to `end`, what is outside `data` and the pairs of `data` that are selected, in their order.
 * False when it cannot be read like that.
 */
export function select(payload: Uint8Array, end: number, dataSymbolAt: number, wanted: Selection, cuts: Cuts): boolean {
  const open = findData(payload, dataSymbolAt)
  if (open < 0) return false
  cuts.keep(0, open + 1)
  const pairs = new Pairs(payload, open)
  let isFirst = true
  // Behind the last pair: from there on, a pair has its comma with it.
  let before = open + 1
  while (pairs.next()) {
    if (isWanted(payload, pairs.keyFrom, pairs.keyTo, wanted)) {
      cuts.keep(isFirst ? pairs.keyFrom - 1 : before, pairs.valueTo)
      isFirst = false
    }
    before = pairs.valueTo
  }
  if (!pairs.complete || pairs.valueTo >= end) return false
  cuts.keep(pairs.valueTo, end)
  return !cuts.full
}

/** Where the brace of `data` is: where it always is in frames of our own making, else it is looked for. */
export function findData(payload: Uint8Array, dataSymbolAt: number): number {
  if (sameBytes(payload, dataSymbolAt - OPENING.length, dataSymbolAt, OPENING)) return dataSymbolAt - OPENING_FROM_BRACE
  const found = payload[0] === BRACE ? new Pairs(payload, 0).find(DATA) : -1
  return payload[found] === BRACE ? found : -1
}

function isWanted(payload: Uint8Array, from: number, to: number, wanted: Selection): boolean {
  const names = wanted[to - from]
  if (names) for (const name of names) if (sameBytes(payload, from, to, name)) return true
  return false
}
