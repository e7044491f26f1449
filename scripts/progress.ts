import type { WriteStream } from 'node:tty'
import type { Clock } from '../shared/clock.ts'
import { formatCount, formatSpan } from './figures.ts'

/** No faster than eyes read, and rarely enough to cost the work nothing. */
const REDRAW_MS = 100
const BAR = 20
/** Before that a rate says nothing. */
const SETTLED_MS = 500

interface ProgressParts {
  /** Absent on a pipe and with --quiet: then nothing is shown. */
  readonly line: Pick<WriteStream, 'write' | 'columns'> | undefined
  readonly clock: Clock
}

/** One line on a terminal that says how far long work has come, and is gone when it ends. */
export class Progress {
  readonly #parts: ProgressParts
  #label = ''
  #unit = ''
  #expected: number | undefined
  #startedAt = 0
  #drawnAt = Number.NEGATIVE_INFINITY
  #isDrawn = false

  constructor(parts: ProgressParts) {
    this.#parts = parts
  }

  /** The next part of the work. `expected`: how many there will be, as far as anybody knows. */
  begin(label: string, unit: string, expected?: number): void {
    this.#label = label
    this.#unit = unit
    this.#expected = expected
    this.#startedAt = this.#parts.clock.monotonic()
    this.#draw(0)
  }

  /** So many are done, of this part. */
  reach(done: number): void {
    if (this.#parts.line && this.#parts.clock.monotonic() - this.#drawnAt >= REDRAW_MS) this.#draw(done)
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isDrawn) this.#parts.line?.write('\r\x1b[K')
    this.#isDrawn = false
  }

  #draw(done: number): void {
    const { line, clock } = this.#parts
    if (!line) return
    const now = clock.monotonic()
    const text = progressLine(this.#label, this.#unit, done, this.#expected, now - this.#startedAt)
    line.write(`\r${text.slice(0, Math.max((line.columns || 80) - 1, 1))}\x1b[K`)
    this.#drawnAt = now
    this.#isDrawn = true
  }
}

/** `ZERODHA: reading  [########............]  41,000 of about 1,00,000 instruments  38,000/s  2 s left`. Pure. */
export function progressLine(
  label: string,
  unit: string,
  done: number,
  expected: number | undefined,
  elapsedMs: number,
): string {
  const parts = [label]
  if (unit !== '') {
    const share = expected ? Math.min(done / expected, 1) : undefined
    if (share !== undefined) parts.push(`[${'#'.repeat(Math.round(share * BAR)).padEnd(BAR, '.')}]`)
    const all = expected ? ` of about ${formatCount(expected)}` : ''
    parts.push(`${formatCount(done)}${all} ${unit}`)
    const perMs = elapsedMs >= SETTLED_MS ? done / elapsedMs : 0
    if (perMs > 0) parts.push(`${formatCount(Math.round(perMs * 1000))}/s`)
    if (perMs > 0 && expected && expected > done) parts.push(`${formatSpan((expected - done) / perMs)} left`)
  }
  return parts.join('  ')
}
