import type { Cancel, Clock } from '../shared/clock.ts'
import type { MarketFrame } from './client.ts'
import { formatChange, formatCount, formatPrice, formatSpan } from './figures.ts'
import type { Column, Terminal } from './terminal.ts'

/** No faster than eyes read, however fast the feed. */
const REDRAW_MS = 200

type Line = MarketFrame & { readonly age: number }

const COLUMNS: readonly Column<Line>[] = [
  { head: 'SYMBOL', cell: line => `${line.exchange}:${line.symbol}` },
  { head: 'LTP', cell: line => formatPrice(line.data.ltp), right: true, paint: direction },
  { head: 'CHANGE', cell: line => formatChange(line.data.change), right: true, paint: direction },
  {
    head: '%',
    cell: line => formatChange(line.data.change_percent),
    right: true,
    paint: direction,
  },
  { head: 'VOLUME', cell: line => formatCount(line.data.volume), right: true },
  { head: 'BID', cell: line => formatPrice(line.data.bid_price), right: true },
  { head: 'ASK', cell: line => formatPrice(line.data.ask_price), right: true },
  {
    head: 'AGE',
    cell: line => formatSpan(line.age),
    right: true,
    paint: line => (line.age > 5000 ? 'yellow' : undefined),
  },
]

function direction({ data: { change = 0 } }: Line): 'green' | 'red' | undefined {
  return change > 0 ? 'green' : change < 0 ? 'red' : undefined
}

/** The latest of each symbol on a terminal, written over itself. */
export class PriceTable {
  readonly #terminal: Terminal
  readonly #clock: Clock
  readonly #latest = new Map<string, MarketFrame>()
  readonly #stop: Cancel
  #drawn = 0

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal
    this.#clock = clock
    this.#stop = clock.every(REDRAW_MS, () => this.#draw())
  }

  show(frame: MarketFrame): void {
    this.#latest.set(`${frame.exchange}:${frame.symbol}`, frame)
  }

  /** Words between the prices: the table goes on below them. */
  breakOff(): void {
    this.#drawn = 0
  }

  close(): void {
    this.#stop()
    this.#draw()
  }

  #draw(): void {
    if (this.#latest.size === 0) return
    const now = this.#clock.now()
    const lines = [...this.#latest.values()].map(frame => ({ ...frame, age: now - frame.data.timestamp }))
    const shown = lines.slice(0, Math.max(this.#terminal.height() - 3, 1))
    const more = lines.length - shown.length
    const text = `${this.#terminal.table(shown, COLUMNS)}${more > 0 ? `\n… and ${more} more` : ''}`
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}F` : ''
    // No line may wrap, else the way up is longer than counted. Each clears what is left of the one it covers.
    this.#terminal.write(`${up}\x1b[?7l${text.replaceAll('\n', '\x1b[K\n')}\x1b[K\n\x1b[J\x1b[?7h`)
    this.#drawn = text.split('\n').length
  }
}
