import type { Clock } from '../../../shared/clock.ts'
import { type KiteRow, keyOf } from './list.ts'
import type { KiteMode } from './mode.ts'
import {
  type FullFields,
  fullPacket,
  indexFullPacket,
  indexQuotePacket,
  isIndex,
  ltpPacket,
  QUOTE_BYTES,
  quotePacket,
} from './packet.ts'
import type { Recorded } from './recorded.ts'
import { Walk } from './walk.ts'

/** What every token of today's list is worth: recorded packets stay as they are, everything else walks. */
export class Market {
  readonly #clock: Clock
  readonly #seed: number
  readonly #recorded: Recorded
  #rows: readonly KiteRow[] = []
  readonly #byToken = new Map<number, KiteRow>()
  /** By the instrument, not by the token: a price stays with its instrument when the list changes. */
  readonly #walks = new Map<string, Walk>()

  constructor(options: { rows: readonly KiteRow[]; recorded: Recorded; seed: number; clock: Clock }) {
    this.#clock = options.clock
    this.#seed = options.seed
    this.#recorded = options.recorded
    this.list(options.rows)
  }

  get rows(): readonly KiteRow[] {
    return this.#rows
  }

  /** From now on this is the list. */
  list(rows: readonly KiteRow[]): void {
    this.#rows = rows
    this.#byToken.clear()
    for (const row of rows) this.#byToken.set(row.token, row)
  }

  /** One turn of these tokens. */
  step(tokens: Iterable<number>): void {
    const seconds = this.#seconds()
    for (const token of tokens) if (!this.#recorded.has(token)) this.#walk(token)?.step(seconds)
  }

  /** Recorded packets are played again and again; others are sent when something in them changed. */
  isPlayed(token: number): boolean {
    return this.#recorded.has(token)
  }

  /** The packet of a token now; nothing for a token that is not in the list. */
  packet(token: number, mode: KiteMode): Buffer | undefined {
    const recorded = this.#recorded.get(token)
    const exact = recorded?.get(mode)
    if (exact) return exact
    const walk = this.#walk(token)
    if (!walk) return undefined
    const built = encode({ ...walk.fields(this.#seconds()), token }, mode)
    // What was recorded of a smaller or larger mode says how a packet of any mode begins.
    for (const one of recorded?.values() ?? []) one.copy(built, 0, 0, sharedBytes(one, built))
    return built
  }

  #walk(token: number): Walk | undefined {
    const row = this.#byToken.get(token)
    if (!row) return undefined
    const key = keyOf(row)
    const walk = this.#walks.get(key) ?? new Walk(row, this.#seed, this.#seconds())
    this.#walks.set(key, walk)
    return walk
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}

/** How many bytes from the start mean the same in both packets of one token. */
const sharedBytes = (one: Buffer, other: Buffer): number => Math.min(one.length, other.length, QUOTE_BYTES)

function encode(fields: FullFields, mode: KiteMode): Buffer {
  if (mode === 'ltp') return ltpPacket(fields)
  if (isIndex(fields.token)) return mode === 'full' ? indexFullPacket(fields) : indexQuotePacket(fields)
  return mode === 'full' ? fullPacket(fields) : quotePacket(fields)
}
