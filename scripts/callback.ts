import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Clock, pause } from '../shared/clock.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'

/** What is made of an address a browser was sent to: its answer was taken, it holds none, or one that is refused. */
export type Verdict = 'taken' | 'none' | 'refused'

/** Loopback only: nobody else's browser has anything to say here. */
const HOST = '127.0.0.1'
/** A browser that does not read its page is not waited for. */
const GRACE_MS = 500
const MOST_CONNECTIONS = 16
const HEADER_LIMIT_MS = 5000

const page = (text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tickwire</title><p>${text}</p></html>\n`

const PAGES: Readonly<Record<Verdict, readonly [number, string]>> = {
  taken: [200, page('Tickwire has the answer; the terminal tells the rest. You can close this window.')],
  none: [404, page('There is nothing here. Tickwire waits for the answer of a login.')],
  refused: [400, page('Tickwire does not take this answer; the terminal tells why. You can close this window.')],
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}

/**
 * The address on this machine to which a broker sends the browser back after a login. It shows a page, gives every
 * address with a query to `judge` until one is taken, and keeps and logs none of them.
 */
export class Callback {
  /** What has to be registered with the broker as redirect address. */
  readonly address: string
  readonly #server: Server
  readonly #clock: Clock

  private constructor(server: Server, port: number, clock: Clock) {
    this.#server = server
    this.#clock = clock
    this.address = addressOf(port)
  }

  /** Listens. Rejects with PORT_TAKEN when another program has the port. */
  static async open(port: number, judge: (address: string) => Verdict, clock: Clock): Promise<Callback> {
    let taken = false
    const server = createServer({ headersTimeout: HEADER_LIMIT_MS, requestTimeout: HEADER_LIMIT_MS })
    server.maxConnections = MOST_CONNECTIONS
    const answer = (request: IncomingMessage): readonly [number, string] => {
      const { method, url = '', headers } = request
      // Another name may lead here too (DNS rebinding): then a page of somebody else speaks.
      if (!isOurHost(headers.host, listening)) return [421, page('This address is for the browser on this machine.')]
      if (method !== 'GET') return [405, page('Only GET is of use here.')]
      if (!url.startsWith('/') || !url.includes('?')) return PAGES.none
      // The page that is asked for twice.
      if (taken) return PAGES.taken
      const verdict = judge(`${addressOf(listening).slice(0, -1)}${url}`)
      taken = verdict === 'taken'
      return PAGES[verdict]
    }
    let listening = port
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const [status, text] = answer(request)
      response.writeHead(status, HEADERS).end(text)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(refusal(port, error)))
      server.listen(port, HOST, resolve)
    })
    const bound = server.address()
    if (typeof bound === 'object' && bound) listening = bound.port
    return new Callback(server, listening, clock)
  }

  /** Lets the last page reach the browser. */
  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    this.#server.closeIdleConnections()
    await Promise.race([closed, pause(this.#clock, GRACE_MS)])
    this.#server.closeAllConnections()
  }
}

const addressOf = (port: number): string => `http://${HOST}:${port}/`

const isOurHost = (host: string | undefined, port: number): boolean =>
  [HOST, 'localhost', '[::1]'].some(name => host?.toLowerCase() === `${name}:${port}`)

const refusal = (port: number, error: unknown): TickwireError => {
  const code = systemCode(error)
  const why = code === 'EADDRINUSE' ? 'is held by another program' : `cannot be listened on (${code})`
  return new TickwireError('PORT_TAKEN', `Port ${port} of ${HOST} ${why}`, {
    next: 'another one with --callback-port N; it has to be the one in the redirect address registered with the broker',
    cause: error,
  })
}
