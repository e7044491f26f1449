import type { TickHeader } from '../../bus/message.ts'

/** Two offsets a piece. A selection of every other name has some twenty pieces; whoever needs more is no frame of ours. */
const ROOM = 128
/** Below this a loop is cheaper than a view and a call. */
const SHORT = 40

/**
 * The pieces of a payload that go into a frame, in their order, and where another symbol stands between them. Made to be
 * used again and again: a frame is put together in one go, so one of these serves all.
 */
export class Cuts {
  /** Bytes of the pieces and the symbols between them. */
  length = 0
  /** Whether there were too many pieces: then they are not all here. */
  full = false
  readonly #offsets = new Int32Array(ROOM)
  #filled = 0
  #symbol: Uint8Array | undefined
  #symbolLength = 0
  /** Where the symbol stands that is to be replaced; both beyond everything when none is. */
  #first = Number.POSITIVE_INFINITY
  #second = Number.POSITIVE_INFINITY

  /** Begins anew; `symbol` goes in the place of both symbols of the payload, as far as they are kept. */
  begin(symbol: Uint8Array | undefined, { symbolAt, dataSymbolAt, symbolLength }: TickHeader): void {
    this.length = 0
    this.full = false
    this.#filled = 0
    this.#symbol = symbol
    this.#symbolLength = symbolLength
    this.#first = symbol ? symbolAt : Number.POSITIVE_INFINITY
    this.#second = symbol ? dataSymbolAt : Number.POSITIVE_INFINITY
  }

  /** Keeps the bytes from `from` up to `to`; pieces are kept in their order. */
  keep(from: number, to: number): void {
    let at = from
    if (this.#first >= at && this.#first + this.#symbolLength <= to) at = this.#replace(at, this.#first)
    if (this.#second >= at && this.#second + this.#symbolLength <= to) at = this.#replace(at, this.#second)
    this.#add(at, to)
  }

  /** Writes all of it to the start of `target`. */
  write(target: Uint8Array, payload: Uint8Array): void {
    let at = 0
    for (let nth = 0; nth < this.#filled; nth += 2) {
      const from = this.#offsets[nth] as number
      const to = this.#offsets[nth + 1] as number
      // No piece begins before the payload: this is the symbol.
      if (from < 0) at = copy(target, at, this.#symbol as Uint8Array, 0, (this.#symbol as Uint8Array).length)
      else at = copy(target, at, payload, from, to)
    }
  }

  #replace(from: number, symbolAt: number): number {
    this.#add(from, symbolAt)
    this.#add(-1, (this.#symbol as Uint8Array).length - 1)
    return symbolAt + this.#symbolLength
  }

  #add(from: number, to: number): void {
    const offsets = this.#offsets
    const last = this.#filled - 1
    this.length += to - from
    if (last > 0 && offsets[last] === from && (offsets[last - 1] as number) >= 0) {
      offsets[last] = to
      return
    }
    if (this.#filled === ROOM) {
      this.full = true
      return
    }
    offsets[this.#filled++] = from
    offsets[this.#filled++] = to
  }
}

function copy(target: Uint8Array, at: number, source: Uint8Array, from: number, to: number): number {
  if (to - from < SHORT) for (let next = from, put = at; next < to; next++, put++) target[put] = source[next] as number
  else if (from === 0 && to === source.length) target.set(source, at)
  else target.set(source.subarray(from, to), at)
  return at + to - from
}
