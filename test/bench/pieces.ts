import { readLaneHeader } from '../../bus/lane.ts'
import { RecordReader, TopicIndex } from '../../bus/reader.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import type { Tick } from '../../shared/market/tick.ts'
import { equity, rig, topicOf } from '../adapters/runtime/rig.ts'

/** A part of a tick's way that one process goes without waiting for anything. */
export interface Piece {
  readonly what: string
  /** How many ticks one run takes that way. */
  readonly ticks: number
  readonly run: () => void
}

const TOPICS = 1000

const side = [1, 2, 3, 4, 5].map(level => ({ price: 812.35 + level / 20, quantity: 100 * level, orders: level }))
const QUOTE: Partial<Tick> = { volume: 1_795_220_416_123_456 }
const DEPTH: Partial<Tick> = { ...QUOTE, book: { buy: side, sell: side } }

export const PIECES: readonly Piece[] = [
  publishing('a quote of price, volume and time: from the source into a lane', 'QUOTE', QUOTE).piece,
  publishing('the same with five levels of depth', 'DEPTH', DEPTH).piece,
  reading('a record of a lane: read and looked up'),
]

/** From an update to a record in a proxy's lane, the messages of the lane included. `sent`: those of the latest run. */
function publishing(what: string, mode: TopicMode, more: Partial<Tick>): { piece: Piece; sent: () => Buffer[] } {
  const instruments = Array.from({ length: TOPICS }, (_, nth) => equity(`S${nth}`))
  const { bus, clock, publisher } = rig({ instruments })
  bus.want(
    'P1',
    1,
    instruments.map(({ symbol }) => topicOf(symbol, mode)),
  )
  clock.advance(0)
  let round = 0
  const run = () => {
    bus.messages.length = 0
    const stamp = { timestamp: clock.now(), ...more }
    round++
    for (const [nth, instrument] of instruments.entries())
      publisher.offer({
        instrument,
        tick: { ltp: 800 + ((nth + round) % 997) / 20, ...stamp },
        receivedAt: clock.micros(),
      })
    clock.advance(0)
  }
  return { piece: { what, ticks: TOPICS, run }, sent: () => bus.messages.map(({ body }) => body) }
}

function reading(what: string): Piece {
  const { piece, sent } = publishing(what, 'QUOTE', QUOTE)
  piece.run()
  const lanes = sent()
  const stands = new Map<string, { gone: boolean; sequence: number }>()
  const reader = new RecordReader()
  const index = new TopicIndex(topic => {
    const stand = stands.get(topic) ?? { gone: false, sequence: 0 }
    stands.set(topic, stand)
    return stand
  })
  const run = () => {
    for (const lane of lanes) {
      const header = readLaneHeader(lane)
      index.begin(header)
      reader.begin(lane, header)
      while (reader.next()) {
        const stand = index.find(reader)
        if (stand) stand.sequence = reader.sequence
      }
    }
  }
  return { what, ticks: TOPICS, run }
}
