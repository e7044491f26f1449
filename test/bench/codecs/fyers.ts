import { createDecoder } from '../../../adapters/fyers/codec.ts'
import { dataFrame, loginAnswer, snapshotItem, UNSENT, updateItem } from '../../emulators/fyers/hsmframe.ts'
import { GOOD_MANNERS } from '../../emulators/fyers/manners.ts'
import { FyersMarket } from '../../emulators/fyers/market.ts'
import { streamConfiguration } from '../../emulators/fyers/streamconfig.ts'
import { type Codec, shares } from './codec.ts'

const TOPICS = 100
const NAMES = { sf: 'price', dp: 'book' } as const

/** What has changed of many topics after a turn of the market, for a decoder that has had their snapshots. */
export function fyers(kind: keyof typeof NAMES): Codec {
  const { market, turn } = shares(TOPICS)
  const manners = { ...GOOD_MANNERS, scales: new Map() }
  const board = new FyersMarket({ market, recorded: new Map(), manners, configuration: streamConfiguration() })
  const topics = board.rows.map(({ place }) => `${kind}|${place}`)
  const look = () => topics.flatMap(topic => board.say(topic) ?? [])
  const before = look()
  turn()
  const after = look()
  const snapshots = before.map(({ row, values, scale }, id) => {
    const [segment = '', token = ''] = row.place.split('|')
    return snapshotItem({ id, topic: `${kind}|${row.place}`, values, scale, names: [segment, token, row.ticker] })
  })
  const updates = after.map(({ values }, id) => {
    const changed = values.map((value, at) => (value === before[id]?.values[at] ? UNSENT : value))
    return updateItem(id, changed.slice(0, changed.findLastIndex(value => value !== UNSENT) + 1))
  })
  return {
    broker: 'Fyers',
    what: `${updates.length} ${NAMES[kind]} updates in a message`,
    frame: dataFrame(undefined, updates),
    ticks: updates.length,
    createDecoder() {
      const decode = createDecoder()
      decode(loginAnswer(undefined, JSON.stringify(board.configuration)), 0)
      decode(dataFrame(undefined, snapshots), 0)
      return decode
    },
  }
}
