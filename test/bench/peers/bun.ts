import { serve, symbolsOf } from './peer.ts'

/** As much of Bun as this server uses: it has types of its own, which are not installed. */
interface Client {
  subscribe(topic: string): void
  send(text: string): void
  getBufferedAmount(): number
}
interface Server {
  readonly port: number
  upgrade(request: object): boolean
  publish(topic: string, text: string): number
}
declare const Bun: { serve(options: object): Server }

/** Bun's own server and its `publish` (uWebSockets), a topic for each symbol: `bun bun.ts SYMBOLS`. */
const symbols = Number(process.argv[2] ?? 100)
const clients: Client[] = []

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request: object, own: Server) => (own.upgrade(request) ? undefined : 'WebSocket only'),
  websocket: {
    perMessageDeflate: false,
    open: (client: Client) => void clients.push(client),
    message(client: Client, text: string) {
      for (const symbol of symbolsOf(JSON.parse(text))) client.subscribe(String(symbol))
      client.send('{"status":"success"}')
    },
  },
})

serve({
  port: server.port,
  symbols,
  publish: (symbol, message) => void server.publish(String(symbol), JSON.stringify(message)),
  backlog: () => Math.max(0, ...clients.map(client => client.getBufferedAmount())),
})
