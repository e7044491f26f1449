import type { ReadStream, WriteStream } from 'node:tty'

/** Another page of the terminal, where nothing scrolls away; no cursor, and no line that wraps. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const REST_OF_LINE = '\x1b[K'
const REST_OF_PAGE = '\x1b[J'
const CTRL_C = '\x03'

interface ScreenParts {
  readonly out: Pick<WriteStream, 'write' | 'rows' | 'columns' | 'on' | 'off'>
  /** Absent where no keys can be read. */
  readonly keys?: Pick<ReadStream, 'setRawMode' | 'resume' | 'pause' | 'on' | 'off'> | undefined
  /** `q` or Ctrl-C. */
  readonly onQuit: () => void
}

/**
 * A page of a terminal that is drawn over itself. Each drawing is one write, and covers what stood there line by line,
 * so that nothing flickers.
 */
export class Screen {
  readonly #parts: ScreenParts
  #lines: readonly string[] = []
  readonly #redraw = () => this.#draw()
  readonly #key = (bytes: Buffer) => {
    const text = bytes.toString('latin1')
    if (text === CTRL_C || text.toLowerCase() === 'q') this.#parts.onQuit()
  }

  constructor(parts: ScreenParts) {
    this.#parts = parts
    const { out, keys } = parts
    out.write(ENTER)
    out.on('resize', this.#redraw)
    keys?.setRawMode(true)
    keys?.on('data', this.#key)
    keys?.resume()
  }

  /** As much of it as there is room for. */
  show(text: string): void {
    this.#lines = text.split('\n')
    this.#draw()
  }

  /** The terminal is as it was before. */
  close(): void {
    const { out, keys } = this.#parts
    out.off('resize', this.#redraw)
    keys?.off('data', this.#key)
    keys?.setRawMode(false)
    keys?.pause()
    out.write(LEAVE)
  }

  #draw(): void {
    const { out } = this.#parts
    const room = Math.max(out.rows || 24, 2)
    const lines = this.#lines.length > room ? [...this.#lines.slice(0, room - 1), '…'] : this.#lines
    out.write(`${HOME}${lines.map(line => `${line}${REST_OF_LINE}`).join('\r\n')}${REST_OF_PAGE}`)
  }
}
