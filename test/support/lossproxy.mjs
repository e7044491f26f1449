// What a proxy of the build does with the bus, and nothing else, in a process that can be stopped:
// node lossproxy.mjs PUBLISH SUBSCRIBE PROXY MODE SYMBOLS. Asked anything it says how it stands with each topic.
import { readLaneHeader } from '../../dist/bus/lane.js'
import { RecordReader, TopicIndex } from '../../dist/bus/reader.js'
import { openZmqBus } from '../../dist/bus/zmq.js'
import { Wanted } from '../../dist/proxy/wanted.js'
import { systemClock as clock } from '../../dist/shared/clock.js'
import { parseFeedStatus } from '../../dist/shared/control.js'

const [publish, subscribe, proxy, mode, symbols] = process.argv.slice(2)
const MAX_AGE_MICROS = 1_000_000
const bus = openZmqBus({ addresses: { publish, subscribe }, highWaterMark: 100_000 })
const wanted = new Wanted(bus, clock, proxy)
/** Ticks that came, ticks known to be lost, the sequence both lead to, and how often a position said so. */
const topics = new Map()
for (let nth = 0; nth < symbols; nth++) {
  const topic = `LOSS_NSE_S${nth}_${mode}`
  topics.set(topic, { got: 0, lost: 0, sequence: 0, positions: 0 })
  wanted.want('LOSS', topic)
}
wanted.register([{ name: 'LOSS', external: false }])
bus.subscribePrefix('STATUS_')

const reader = new RecordReader()
const index = new TopicIndex(topic => topics.get(topic))
let place = 0

function takeStatus(body) {
  const sequence = parseFeedStatus(body).lanes[proxy]
  if (sequence === undefined) wanted.repeat('LOSS')
  else if (sequence > place) {
    place = sequence
    wanted.resync('LOSS')
  }
}

function takeLane(body) {
  const header = readLaneHeader(body)
  if (header.sequence > place + 1) wanted.resync('LOSS')
  place = header.sequence
  if (header.sentAt < clock.micros() - MAX_AGE_MICROS) return wanted.resync('LOSS')
  index.begin(header)
  reader.begin(body, header)
  while (reader.next()) takeRecord(index.find(reader))
}

function takeRecord(stand) {
  const missing = reader.sequence - stand.sequence
  if (reader.position && missing > 0) stand.positions++
  if (missing <= 0) return
  const came = reader.position ? 0 : 1
  stand.got += came
  stand.lost += missing - came
  stand.sequence = reader.sequence
}

bus.onMessage(({ topic, body }) => (topic.startsWith('STATUS_') ? takeStatus(body) : takeLane(body)))
process.on('message', () => process.send([...topics]))
