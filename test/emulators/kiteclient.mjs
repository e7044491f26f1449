// The broker's own client against the emulator: one process each, because its socket and timers are the module's.
// Told by messages what to do; tells what it hears. Numbers and times are those of the client, untouched.
import { KiteTicker } from 'kiteconnect'

let ticker

process.on('disconnect', () => process.exit(0))

process.on('message', order => {
  switch (order.kind) {
    case 'connect':
      ticker = new KiteTicker({
        api_key: order.apiKey,
        access_token: order.accessToken,
        root: order.root,
        reconnect: false,
      })
      for (const name of ['connect', 'ticks', 'order_update', 'close', 'disconnect'])
        ticker.on(name, what =>
          process.send({ kind: name, what: name === 'ticks' || name === 'order_update' ? what : undefined }),
        )
      ticker.on('error', error => process.send({ kind: 'error', what: String(error?.message) }))
      ticker.connect()
      break
    case 'subscribe':
      ticker.subscribe(order.tokens)
      if (order.mode) ticker.setMode(order.mode, order.tokens)
      break
    case 'unsubscribe':
      ticker.unsubscribe(order.tokens)
      break
    case 'parse': {
      // The parser wants an ArrayBuffer cut exactly to the frame.
      const { buffer, byteOffset, byteLength } = order.frame
      process.send({
        kind: 'parsed',
        what: new KiteTicker({}).parseBinary(buffer.slice(byteOffset, byteOffset + byteLength)),
      })
      break
    }
  }
})
