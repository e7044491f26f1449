import type { Case } from './case.ts'
import { beyond } from './cases/beyond.ts'
import { closing } from './cases/closing.ts'
import { autofragmentation, fragmentation } from './cases/fragmentation.ts'
import { framing, opcodes, pingPong, reservedBits } from './cases/framing.ts'
import { limits } from './cases/limits.ts'
import { texts } from './cases/utf8.ts'

/** By section. 11 does not exist; 12 and 13 are of compression, which is not offered. */
export const SECTIONS: Readonly<Record<string, readonly Case[]>> = {
  '1 framing': framing,
  '2 pings and pongs': pingPong,
  '3 reserved bits': reservedBits,
  '4 opcodes': opcodes,
  '5 fragmentation': fragmentation,
  '6 UTF-8': texts,
  '7 closing': closing,
  '9 limits': limits,
  '10 autofragmentation': autofragmentation,
  'B beyond it': beyond,
}

export const CASES: readonly Case[] = Object.values(SECTIONS).flat()

/** Those whose number is one of these, or begins with one of these: `6.4`, `9`. */
export function chosen(prefixes: readonly string[]): readonly Case[] {
  const unknown = prefixes.find(prefix => !CASES.some(({ id }) => isOf(id, prefix)))
  if (unknown !== undefined)
    throw new Error(`there is no case ${unknown}; there are ${Object.keys(SECTIONS).join(', ')}`)
  return prefixes.length === 0 ? CASES : CASES.filter(({ id }) => prefixes.some(prefix => isOf(id, prefix)))
}

const isOf = (id: string, prefix: string): boolean => id === prefix || id.startsWith(`${prefix}.`)
