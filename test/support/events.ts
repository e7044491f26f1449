import { once } from 'node:events'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { until } from './bus.ts'
import type { Frame } from './client.ts'

interface Named {
  readonly name: string
  readonly data: Record<string, unknown>
}

/** A reader of `GET /api/v1/stream` that keeps what it was sent. */
export class EventReader {
  /** All that came, byte for byte. */
  text = ''
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly ended: Promise<void>
  readonly #request: ClientRequest
  readonly #response: IncomingMessage

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked
    this.#response = response
    this.status = response.statusCode ?? 0
    this.headers = response.headers
    response.on('data', chunk => {
      this.text += String(chunk)
    })
    response.on('error', () => {})
    this.ended = new Promise(resolve => response.once('close', resolve))
  }

  /** Resolves with the head of the answer. */
  static async open(port: number, query: string, { key, method = 'GET', path = '/api/v1/stream' }: Asked = {}) {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const asked = request({ host: '127.0.0.1', port, method, path: `${path}?${query}`, headers, agent: false })
    asked.on('error', () => {})
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    return new EventReader(asked, response)
  }

  /** The messages of a WebSocket among it. */
  get frames(): Frame[] {
    return this.#events
      .filter(event => event.startsWith('data: '))
      .map(event => ({ ...JSON.parse(event.slice(6)), text: event.slice(6) }))
  }

  get ticks(): Frame[] {
    return this.frames.filter(({ type }) => type === 'market_data')
  }

  /** Events with a name of their own. */
  get named(): Named[] {
    return this.#events.flatMap(event => {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? []
      return name !== undefined && data !== undefined ? [{ name, data: JSON.parse(data) }] : []
    })
  }

  async frame(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    await until(what, () => this.frames.some(fits))
    return this.frames.find(fits) as Frame
  }

  pause(): void {
    this.#response.pause()
  }

  resume(): void {
    this.#response.resume()
  }

  close(): void {
    this.#request.destroy()
  }

  /** Whole ones. */
  get #events(): string[] {
    return this.text.split('\n\n').slice(0, -1)
  }
}

interface Asked {
  readonly key?: string
  readonly method?: string
  readonly path?: string
}
