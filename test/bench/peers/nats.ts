import { connect } from 'node:net'
import { symbolName } from '../feed/ticks.mjs'
import { serve } from './peer.ts'

/** Publishes to a NATS server over its own protocol: `node nats.ts SYMBOLS PORT`. */
const [, , count = '100', port = '4222'] = process.argv
const socket = connect(Number(port), '127.0.0.1')
socket.setNoDelay(true)
socket.on('data', bytes => {
  if (String(bytes).includes('PING')) socket.write('PONG\r\n')
})
socket.on('error', () => process.exit(1))
socket.write('CONNECT {"verbose":false,"pedantic":false}\r\n')

serve({
  port: Number(port),
  symbols: Number(count),
  publish(symbol, message) {
    const text = JSON.stringify(message)
    socket.write(`PUB ticks.${symbolName(symbol)} ${text.length}\r\n${text}\r\n`)
  },
  // The server tells no publisher what waits for its subscribers.
  backlog: () => socket.writableLength,
})
