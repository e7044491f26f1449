// The broker's own client against the emulator: one process each, because its listeners and timers are the module's.
// Told by messages what to do; tells what it hears. Everything is as the client gives it, mostly texts.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
// The one way to another address: the client reads it when it is made.
const { CONSTANTS } = require('smartapi-javascript/config/constant')

let client

process.on('disconnect', () => process.exit(0))

const told = what => (ArrayBuffer.isView(what) ? { bytes: Buffer.from(what).toString('hex') } : what)

process.on('message', order => {
  switch (order.kind) {
    case 'connect': {
      CONSTANTS.websocketURL = order.url
      CONSTANTS.wsclientupdatesURL = order.url
      CONSTANTS.Interval = order.intervalMs
      const { WebSocketV2, WSOrderUpdates } = require('smartapi-javascript')
      client = new (order.isForOrders ? WSOrderUpdates : WebSocketV2)(order.login)
      client.on('tick', what => process.send({ kind: 'tick', what: told(what) }))
      client.connect().then(() => process.send({ kind: 'open' }))
      break
    }
    case 'fetch':
      client.fetchData(order.request)
      break
  }
})
