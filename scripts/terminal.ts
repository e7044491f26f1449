import type { WriteStream } from 'node:tty'
import type { Globals } from './globals.ts'

export type Format = 'table' | 'json'
export type Paint = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

export interface TerminalOptions {
  readonly out: NodeJS.WritableStream
  readonly err: NodeJS.WritableStream
  /** What the user asked for; else a table on a terminal and JSON on a pipe. */
  readonly format?: Format | undefined
  readonly color: boolean
  readonly quiet: boolean
}

/** One column of a table: its heading and what stands in it; absent shows as a dash, never as zero. */
export interface Column<Row> {
  readonly head: string
  readonly cell: (row: Row) => string | number | undefined
  readonly right?: boolean
  readonly paint?: (row: Row) => Paint | undefined
}

const CODES: Record<Paint, number> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 }
/** Control characters, and those that turn the direction of writing: data must not move the cursor. */
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

export const strip = (text: string): string => text.replace(CONTROL, '')

/** Text of several lines where there is room for one. */
export const oneLine = (text: string): string => strip(text.replaceAll('\n', '; '))

const isTty = (stream: NodeJS.WritableStream): stream is WriteStream => 'isTTY' in stream && stream.isTTY === true

/** Data to stdout, talk to stderr. */
export class Terminal {
  readonly format: Format
  readonly interactive: boolean
  readonly #out: NodeJS.WritableStream
  readonly #err: NodeJS.WritableStream
  readonly #quiet: boolean
  readonly #colored: boolean

  constructor({ out, err, format, color, quiet }: TerminalOptions) {
    this.interactive = isTty(out)
    this.format = format ?? (this.interactive ? 'table' : 'json')
    this.#out = out
    this.#err = err
    this.#quiet = quiet
    // hasColors() knows NO_COLOR, FORCE_COLOR and dumb terminals.
    this.#colored = color && isTty(out) && out.hasColors()
  }

  /** Text as it is, with a line end. */
  print(text: string): void {
    this.#out.write(`${text}\n`)
  }

  /** Text as it is, without a line end. */
  write(text: string): void {
    this.#out.write(text)
  }

  /** Resolves when all that was printed has been taken. */
  drained(): Promise<void> {
    return new Promise(resolve => void this.#out.write('', () => resolve()))
  }

  /** Words about the work, which `--quiet` silences. */
  say(text: string): void {
    if (!this.#quiet) this.#err.write(`${text}\n`)
  }

  /** Where a line may be written over itself while work goes on: nowhere on a pipe, nor with `--quiet`. */
  liveLine(): WriteStream | undefined {
    return !this.#quiet && isTty(this.#err) ? this.#err : undefined
  }

  /** A table, or one JSON line per row. */
  rows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): void {
    if (this.format === 'json') for (const row of rows) this.print(JSON.stringify(row))
    else if (rows.length === 0) this.say(empty)
    else this.print(this.table(rows, columns))
  }

  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
    const cells = rows.map(row => columns.map(column => oneLine(String(column.cell(row) ?? '—'))))
    const widths = columns.map((column, at) =>
      Math.max(column.head.length, ...cells.map(line => line[at]?.length ?? 0)),
    )
    const pad = (text: string, at: number) =>
      columns[at]?.right ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)
    const head = this.paint(
      'dim',
      columns
        .map((column, at) => pad(column.head, at))
        .join('  ')
        .trimEnd(),
    )
    const lines = rows.map((row, line) =>
      columns
        .map((column, at) => this.paint(column.paint?.(row), pad(cells[line]?.[at] ?? '', at)))
        .join('  ')
        .trimEnd(),
    )
    return [head, ...lines].join('\n')
  }

  paint(paint: Paint | undefined, text: string): string {
    return this.#colored && paint ? `\x1b[${CODES[paint]}m${text}\x1b[0m` : text
  }

  /** Height of the terminal in lines. */
  height(): number {
    return (isTty(this.#out) && this.#out.rows) || 24
  }
}

/** The terminal of this process, as the global options want it. */
export const openTerminal = ({ format, json, color, quiet = false }: Globals): Terminal =>
  new Terminal({ out: process.stdout, err: process.stderr, format: json ? 'json' : format, color, quiet })
