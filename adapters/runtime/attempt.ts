import { type Clock, pause } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { Update } from '../contract.ts'
import type { Publisher } from './publisher.ts'

/** A turn of the event loop takes from a large batch for about this long: lanes and timers wait meanwhile. */
const TURN_MS = 1
/** Reading the clock costs as much as an unwanted update. */
const UPDATES_PER_LOOK = 32
/** How long a source may take to end once it is told to. */
export const GRACE_MS = 1000

type Source = (signal: AbortSignal) => AsyncIterable<readonly Update[]>

/** One run of a source. Its signal dies with it, so that nothing it left behind outlives it. */
export class Attempt {
  readonly #publisher: Publisher
  readonly #look: () => void
  readonly #clock: Clock
  readonly #log: Log
  readonly #end = new AbortController()
  readonly #startedAt: number
  #worksSince: number | undefined
  #nextInMs: number | undefined
  #wake: () => void = () => {}

  constructor(options: { publisher: Publisher; look: () => void; clock: Clock; log: Log }) {
    this.#publisher = options.publisher
    this.#look = options.look
    this.#clock = options.clock
    this.#log = options.log
    this.#startedAt = this.#clock.monotonic()
  }

  /** Whether it has given its first batch and may still give more. */
  get works(): boolean {
    return this.#worksSince !== undefined && !this.#end.signal.aborted
  }

  /** Milliseconds since its first batch; 0 before. */
  workedMs(): number {
    return this.#worksSince === undefined ? 0 : this.#clock.monotonic() - this.#worksSince
  }

  /** Milliseconds since it was started. */
  ranMs(): number {
    return this.#clock.monotonic() - this.#startedAt
  }

  /** How soon the source runs again, as `stop` was told. */
  get nextInMs(): number | undefined {
    return this.#nextInMs
  }

  /** Tells the source to end; `nextInMs` where it is to run again. */
  stop(nextInMs?: number): void {
    this.#nextInMs = nextInMs
    this.#end.abort()
    this.#wake()
  }

  /**
   * Publishes what the source gives; `onBatch` is called after each batch. Resolves with `late` when the source does not
   * end within GRACE_MS of `stop`; rejects with what it throws, unless it was told to end.
   */
  async run(source: Source, onBatch: () => void): Promise<'ended' | 'late'> {
    const over = new AbortController()
    const late = new Promise<'late'>(resolve => {
      const wait = () => pause(this.#clock, GRACE_MS, over.signal).then(() => resolve('late'))
      this.#end.signal.addEventListener('abort', () => void wait())
    })
    try {
      return await Promise.race([this.#consume(source, onBatch), late])
    } finally {
      over.abort()
      this.#end.abort()
    }
  }

  async #consume(source: Source, onBatch: () => void): Promise<'ended'> {
    const { signal } = this.#end
    try {
      for await (const batch of source(signal)) {
        // Before the first batch counts: a start that held up the loop is no reason to start again.
        this.#look()
        this.#worksSince ??= this.#clock.monotonic()
        await this.#offer(batch, signal)
        if (signal.aborted) break
        onBatch()
        // A batch is a turn: without this a source that never waits would starve every timer.
        await this.#turn()
      }
    } catch (error) {
      if (!signal.aborted) throw error
      this.#log.debug({ err: error }, 'the source failed while it was stopped')
    }
    return 'ended'
  }

  async #offer(batch: readonly Update[], signal: AbortSignal): Promise<void> {
    let turnAt = this.#clock.monotonic()
    let look = UPDATES_PER_LOOK
    for (const update of batch) {
      if (signal.aborted) return
      this.#publisher.offer(update)
      if (--look > 0) continue
      look = UPDATES_PER_LOOK
      if (this.#clock.monotonic() - turnAt < TURN_MS) continue
      await this.#turn()
      turnAt = this.#clock.monotonic()
    }
  }

  #turn(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
      this.#clock.soon(resolve)
    })
  }
}
