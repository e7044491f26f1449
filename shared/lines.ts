import type { Work } from './turns.ts'

/** A line is shorter than this by far. */
const CHUNK = 1 << 20
/** Places are numbers of 32 bits. */
const MOST_CHUNKS = 4096
/** Sorted and merged in pieces that are short beside a turn of the event loop. */
const RUN = 1024

/**
 * Many texts outside the heap of JavaScript, which a list of broker size would make grow to several times what it needs,
 * for as long as the process lives.
 */
export class Lines {
  readonly #chunks: Buffer[] = []
  #free = CHUNK
  /** Where each one begins and ends: the number of its chunk, times the size of a chunk, and the place in it. */
  #starts = new Uint32Array(RUN)
  #ends = new Uint32Array(RUN)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(text: string): void {
    const length = Buffer.byteLength(text)
    if (length >= CHUNK) throw new RangeError(`A line of ${length} bytes`)
    let chunk = this.#chunks.at(-1)
    // Never filled to its last byte: an empty line behind that would begin in a chunk that is not there.
    if (!chunk || this.#free + length >= CHUNK) {
      if (this.#chunks.length === MOST_CHUNKS) throw new RangeError(`More than ${MOST_CHUNKS} MiB of lines`)
      chunk = Buffer.allocUnsafe(CHUNK)
      this.#chunks.push(chunk)
      this.#free = 0
    }
    const start = (this.#chunks.length - 1) * CHUNK + this.#free
    chunk.write(text, this.#free)
    this.#free += length
    if (this.#count === this.#starts.length) {
      this.#starts = twice(this.#starts)
      this.#ends = twice(this.#ends)
    }
    this.#starts[this.#count] = start
    this.#ends[this.#count++] = start + length
  }

  /** Not a copy. */
  bytes(line: number): Buffer {
    const { chunk, start, end } = this.#place(line)
    return chunk.subarray(start, end)
  }

  text(line: number): string {
    const { chunk, start, end } = this.#place(line)
    return chunk.toString('utf8', start, end)
  }

  /** The numbers of the lines in the order of their bytes. A merge sort: the built-in one would take a second at once. */
  *sortWork(): Work<Uint32Array> {
    let from = new Uint32Array(this.count)
    let to = new Uint32Array(this.count)
    for (let at = 0; at < from.length; at += RUN) {
      const run = Array.from({ length: Math.min(RUN, from.length - at) }, (_, place) => at + place)
      from.set(
        run.sort((one, other) => this.#compare(one, other)),
        at,
      )
      yield
    }
    for (let width = RUN; width < from.length; width *= 2) {
      for (let at = 0; at < from.length; at += 2 * width) yield* this.#mergeWork(from, to, at, width)
      ;[from, to] = [to, from]
    }
    return from
  }

  /** Two neighbouring sorted runs, into one. */
  *#mergeWork(from: Uint32Array, to: Uint32Array, start: number, width: number): Work<void> {
    const middle = Math.min(start + width, from.length)
    const end = Math.min(middle + width, from.length)
    let left = start
    let right = middle
    for (let at = start; at < end; at++) {
      const one = from[left] as number
      const other = from[right] as number
      const takesLeft = right === end || (left < middle && this.#compare(one, other) <= 0)
      to[at] = takesLeft ? one : other
      if (takesLeft) left++
      else right++
      if (at % RUN === 0) yield
    }
  }

  #compare(one: number, other: number): number {
    const a = this.#place(one)
    const b = this.#place(other)
    return a.chunk.compare(b.chunk, b.start, b.end, a.start, a.end)
  }

  #place(line: number): { chunk: Buffer; start: number; end: number } {
    const start = this.#starts[line] as number
    const chunk = this.#chunks[Math.floor(start / CHUNK)] as Buffer
    return { chunk, start: start % CHUNK, end: (start % CHUNK) + (this.#ends[line] as number) - start }
  }
}

/** With as much room again behind what is there. */
function twice(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2)
  larger.set(numbers)
  return larger
}
