import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Message, serve, symbolsOf } from './peer.ts'

/** A plain server on the `ws` library, in one of the three ways people send: `node ws.ts FORM SYMBOLS`. */
const [, , form = 'shared', count = '100'] = process.argv
const symbols = Number(count)
const holders = Array.from({ length: symbols }, () => new Set<WebSocket>())
const sockets = new Map<WebSocket, Socket>()

const server = createServer()
const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false })
server.on('upgrade', (request, socket, head) => {
  upgrades.handleUpgrade(request, socket, head, client => {
    sockets.set(client, socket as Socket)
    client.on('error', () => {})
    client.on('close', () => sockets.delete(client))
    client.on('message', (data: Buffer) => {
      for (const symbol of symbolsOf(JSON.parse(data.toString()))) holders[symbol]?.add(client)
      client.send('{"status":"success"}')
    })
  })
})

const senders: Record<string, (to: Set<WebSocket>, message: Message) => void> = {
  /** Stringified for each client. */
  stringified(to, message) {
    for (const client of to) client.send(JSON.stringify(message))
  },
  /** Stringified once; the library frames it for each client. */
  shared(to, message) {
    const text = Buffer.from(JSON.stringify(message))
    for (const client of to) client.send(text, { binary: false })
  },
  /** Framed once, written past the library. */
  prebuilt(to, message) {
    const text = Buffer.from(JSON.stringify(message))
    const head = Buffer.from([0x81, 126, text.length >> 8, text.length & 255])
    const frame = Buffer.concat([head, text])
    for (const client of to) sockets.get(client)?.write(frame)
  },
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const send = senders[form]
  if (!send) throw new Error(`There is no form ${form}`)
  serve({
    port,
    symbols,
    publish: (symbol, message) => send(holders[symbol] ?? new Set(), message),
    backlog: () => Math.max(0, ...[...sockets.values()].map(socket => socket.writableLength)),
  })
})
