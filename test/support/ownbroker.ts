import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../shared/clock.ts'

/** What its one customer types. */
const CREDENTIALS = { api_key: 'own-key-01234567', api_secret: 'own-secret-89abcdef' } as const
const ROWS = [
  { id: '3045', symbol: 'SBIN', name: 'State Bank of India' },
  { id: '1594', symbol: 'INFY', name: 'Infosys' },
]

interface Message {
  readonly action: string
  readonly token?: string
  readonly kind?: string
  readonly ids?: readonly string[]
}

/** One socket of the customer. */
interface Line {
  readonly send: (message: object) => void
  readonly cut: () => void
  /** In which kind each instrument was asked for: `price`, `quote`. */
  readonly wanted: Map<string, string>
  isLoggedIn: boolean
}

/** The broker that adapters/README.md writes an adapter for: a page to log in on, a list, and JSON over a WebSocket. */
export class OwnBroker {
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly #lines = new Set<Line>()
  /** Codes that were not redeemed yet. */
  readonly #codes = new Set<string>()
  #issued = 0
  #token = ''
  #base = ''
  /** What the customer types, as lines. */
  readonly credentials = Object.entries(CREDENTIALS)
    .map(entry => `${entry.join('=')}\n`)
    .join('')
  /** What every connection asked for, in this order, without "alive". */
  readonly asked: Message[] = []

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, ws => {
        const send = (message: object) => ws.send(JSON.stringify(message))
        const line: Line = { send, cut: () => ws.terminate(), wanted: new Map(), isLoggedIn: false }
        this.#lines.add(line)
        ws.on('close', () => this.#lines.delete(line))
        // With its default binaryType the library hands over one Buffer per message.
        ws.on('message', data => this.#hear(line, JSON.parse((data as Buffer).toString()) as Message))
      })
    })
  }

  static async start(): Promise<OwnBroker> {
    const broker = new OwnBroker()
    await new Promise<void>(resolve => broker.#server.listen(0, '127.0.0.1', resolve))
    const address = broker.#server.address()
    broker.#base = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    return broker
  }

  /** Where it is, in the words of its adapter. */
  get settings(): Readonly<Record<string, string>> {
    return { api_url: `http://${this.#base}`, stream_url: `ws://${this.#base}` }
  }

  /** The token that is good now. */
  get token(): string {
    return this.#token
  }

  /** Who asked to be let in, with which token. */
  get logins(): (string | undefined)[] {
    return this.asked.filter(({ action }) => action === 'login').map(({ token }) => token)
  }

  /** Says a price of this instrument to whoever wants it; to how many. */
  tell(id: string, price: number): number {
    const listeners = [...this.#lines].filter(({ wanted }) => wanted.has(id))
    for (const { send, wanted } of listeners)
      send({ type: 'price', id, price, kind: wanted.get(id), volume: 1000, time: systemClock.now() })
    return listeners.length
  }

  /** The token of today is over. Whoever is connected is told, in words that repeat the token, and left alone. */
  endToken(): void {
    const over = this.#token
    this.#token = ''
    for (const { send, wanted } of this.#lines) {
      wanted.clear()
      send({ type: 'denied', why: `token ${over} is over` })
    }
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const { cut } of this.#lines) cut()
    this.#lines.clear()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${this.#base}`)
    const say = (status: number, body: unknown) => void response.writeHead(status).end(JSON.stringify(body))
    switch (pathname) {
      case '/login':
        return this.#sendBack(searchParams, response)
      case '/token':
        return say(...this.#redeem(await readJson(request)))
      case '/instruments':
        return say(200, ROWS)
      default:
        return say(404, {})
    }
  }

  /** Its page asks for nothing: whoever opens it is sent back at once, with a code that is good for one token. */
  #sendBack(query: URLSearchParams, response: ServerResponse): void {
    const code = `own-code-${++this.#issued}`
    if (query.get('key') === CREDENTIALS.api_key) this.#codes.add(code)
    const location = `https://127.0.0.1/back?code=${code}&state=${query.get('state')}`
    response.writeHead(302, { location }).end()
  }

  #redeem({ api_key, api_secret, code = '' }: Readonly<Record<string, string>>): [number, object] {
    const isKnown = api_key === CREDENTIALS.api_key && api_secret === CREDENTIALS.api_secret
    if (!isKnown || !this.#codes.delete(code)) return [403, {}]
    this.#token = `own-token-${this.#issued}`
    return [200, { token: this.#token, user: 'AB1234' }]
  }

  #hear(line: Line, message: Message): void {
    const { action, token, kind = '', ids = [] } = message
    if (action === 'alive') line.send({ type: 'alive' })
    else this.asked.push(message)
    if (action === 'login') {
      line.isLoggedIn = token === this.#token
      line.send(line.isLoggedIn ? { type: 'welcome' } : { type: 'denied', why: `token ${token} is unknown` })
    }
    if (!line.isLoggedIn) return
    for (const id of ids) {
      if (action === 'add') line.wanted.set(id, kind)
      if (action === 'remove') line.wanted.delete(id)
    }
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, string>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString())
}
