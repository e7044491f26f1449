import { type ClientOptions, WebSocket } from 'ws'
import { until } from './bus.ts'

/** One frame from the server, parsed; `text` as it came. */
export interface Frame {
  readonly text: string
  readonly [field: string]: unknown
}

const BY_ITSELF: ReadonlySet<unknown> = new Set(['market_data', 'order_update', 'state'])

/** A plain client that keeps every frame it was sent, in order. */
export class TestClient {
  readonly frames: Frame[] = []
  /** How the connection ended. */
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #ws: WebSocket
  #read = 0

  private constructor(ws: WebSocket) {
    this.#ws = ws
    // With its default binaryType the library hands over one Buffer per message.
    ws.on('message', data => this.frames.push(frameOf(data as Buffer)))
    ws.on('error', () => {})
    this.closed = new Promise(resolve => {
      ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** `options`: headers, whom to trust. */
  static async open(url: string, options: ClientOptions = {}): Promise<TestClient> {
    const ws = new WebSocket(url, options)
    const client = new TestClient(ws)
    await new Promise((resolve, reject) => {
      ws.once('open', resolve)
      ws.once('error', reject)
    })
    return client
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  get ticks(): Frame[] {
    return this.frames.filter(({ type }) => type === 'market_data')
  }

  /** What it was told of how its instruments stand. */
  get states(): Frame[] {
    return this.frames.filter(({ type }) => type === 'state')
  }

  get updates(): Frame[] {
    return this.frames.filter(({ type }) => type === 'order_update')
  }

  /** Everything but what comes by itself. */
  get replies(): Frame[] {
    return this.frames.filter(({ type }) => !BY_ITSELF.has(type))
  }

  /** Text and buffers as they are, everything else as JSON. */
  send(message: unknown): void {
    this.#ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  /** One message in many frames. */
  sendInPieces(text: string, size: number): void {
    for (let at = 0; at < text.length; at += size)
      this.#ws.send(text.slice(at, at + size), { fin: at + size >= text.length })
  }

  /** Sends, and resolves with the first reply that has not been asked for before. */
  async ask(message: unknown): Promise<Frame> {
    const place = this.#read++
    this.send(message)
    await until(`a reply to ${String(message)}`, () => this.replies.length > place)
    return this.replies[place] as Frame
  }

  /** Resolves with the first tick, past or to come, that fits. */
  async tick(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    let found: Frame | undefined
    await until(what, () => {
      found = this.ticks.find(fits)
      return found !== undefined
    })
    return found as Frame
  }

  /** Resolves when everything sent so far has been worked through: messages are answered in order. */
  async settled(): Promise<void> {
    const mark = `settled ${this.frames.length} ${Math.random()}`
    this.send({ action: 'ping', _pingId: mark })
    await until('an answer to the closing ping', () => this.frames.some(({ _pingId }) => _pingId === mark))
    const at = this.replies.findIndex(({ _pingId }) => _pingId === mark)
    this.#read = Math.max(this.#read, at + 1)
  }

  pause(): void {
    this.#ws.pause()
  }

  resume(): void {
    this.#ws.resume()
  }

  close(): void {
    this.#ws.terminate()
  }
}

function frameOf(data: Buffer): Frame {
  const text = data.toString()
  return { ...JSON.parse(text), text }
}
