// A publisher of the build in a process of its own: node lossfeed.mjs PUBLISH SUBSCRIBE MODE SYMBOLS RATE. Ticks flow once
// the lanes of two proxies are there, so that every one of them is published to both. Told anything it says how many it
// published of each topic; after `silent` and `forget` no more come, and after `forget` the last values are old.
import { createCatalogue, indexInstruments } from '../../dist/adapters/runtime/catalogue.js'
import { openOutlet } from '../../dist/adapters/runtime/outlet.js'
import { openZmqBus } from '../../dist/bus/zmq.js'
import { systemClock as clock } from '../../dist/shared/clock.js'

const [publish, subscribe, mode, symbols, rate] = process.argv.slice(2)
const log = { warn() {} }
const bus = openZmqBus({ addresses: { publish, subscribe }, highWaterMark: 100_000 })
const instruments = Array.from({ length: symbols }, (_, nth) => ({
  exchange: 'NSE',
  symbol: `S${nth}`,
  token: `${nth}`,
  kind: 'EQ',
  tickSize: 0.05,
  lotSize: 1,
}))
const find = indexInstruments('loss', instruments)
const catalogue = createCatalogue({ feed: 'LOSS', broker: 'loss', modes: ['LTP', 'QUOTE', 'DEPTH'], find })
const { publisher, audience, status } = openOutlet({ catalogue, label: 'simulated', bus, clock, log })
const side = [1, 2, 3, 4, 5].map(level => ({ price: 100 + level, quantity: 10 * level, orders: level }))
const book = { buy: side, sell: side }
const published = instruments.map(() => 0)

let begun
let made = 0
const turn = clock.every(1, () => {
  const wanted =
    audience.instruments().size === instruments.length && Object.keys(audience.laneSequences()).length === 2
  if (begun === undefined && !wanted) return
  begun ??= clock.monotonic()
  const receivedAt = clock.micros()
  for (const due = ((clock.monotonic() - begun) * rate) / 1000; made < due; made++) {
    const nth = made % instruments.length
    const tick = { ltp: 100 + (made % 400) / 20, timestamp: Math.floor(receivedAt / 1000), volume: made, book }
    publisher.offer({ instrument: instruments[nth], tick, receivedAt })
    published[nth]++
  }
})
status.enter('live')

process.on('message', word => {
  if (word !== 'count') turn()
  if (word === 'forget') publisher.forget()
  process.send(instruments.map(({ symbol }, nth) => [`LOSS_NSE_${symbol}_${mode}`, published[nth]]))
})
