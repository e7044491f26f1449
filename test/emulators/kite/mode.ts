import { FULL_BYTES, INDEX_FULL_BYTES, LTP_BYTES } from './packet.ts'

/** Each holds what the one before holds, and more. */
const KITE_MODES = ['ltp', 'quote', 'full'] as const

export type KiteMode = (typeof KITE_MODES)[number]

export const isMode = (word: unknown): word is KiteMode => KITE_MODES.some(mode => mode === word)

/** The mode a packet of this length belongs to. */
export const modeOf = (length: number): KiteMode =>
  length === LTP_BYTES ? 'ltp' : length === FULL_BYTES || length === INDEX_FULL_BYTES ? 'full' : 'quote'
