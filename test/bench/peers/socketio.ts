import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { serve, symbolsOf } from './peer.ts'

/** Socket.IO with a room for each symbol, as its documentation does it: `node socketio.ts SYMBOLS`. */
const symbols = Number(process.argv[2] ?? 100)
const server = createServer()
const io = new Server(server, { transports: ['websocket'], serveClient: false })
const room = (symbol: number) => `symbol ${symbol}`

io.on('connection', client => {
  client.on('subscribe', request => {
    void client.join(symbolsOf(request).map(room))
    client.emit('subscribed')
  })
})

/** What the kernel has not taken of what its clients were sent. */
function backlog(): number {
  let most = 0
  for (const client of io.of('/').sockets.values()) {
    const { transport } = client.conn as unknown as { transport: { socket?: { bufferedAmount: number } } }
    most = Math.max(most, transport.socket?.bufferedAmount ?? 0)
  }
  return most
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const publish = (symbol: number, message: object) => void io.to(room(symbol)).emit('market_data', message)
  serve({ port, symbols, publish, backlog })
})
