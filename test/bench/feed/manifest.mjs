import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { symbolName, Ticks } from './ticks.mjs'

/** A batch is handed on in turns of a millisecond; more than this would only wait. */
const LARGEST_BATCH = 5000

const instrument = index => {
  const symbol = symbolName(index)
  return { exchange: 'NSE', symbol, token: String(index + 1), brokerSymbol: symbol, name: symbol, kind: 'EQ' }
}

/**
 * The feed of the bench: ticks in Quote mode with three fields. `ltp` counts the ticks of its symbol, so that a client
 * sees holes; `volume` is when the tick was due, so that it sees ages. A socket of the bench says how many.
 */
export default ({ z, pause }) => ({
  name: 'bench',
  title: 'Bench: as many ticks as the bench asks for',
  label: 'simulated',
  modes: ['QUOTE'],
  settings: z.strictObject({ symbols: z.coerce.number().int().min(1).max(4096).default(100), control: z.string() }),
  instruments: ({ symbols }) => Array.from({ length: symbols }, (_, index) => instrument(index)),
  async *source({ symbols, control }, clock, signal) {
    const instruments = Array.from({ length: symbols }, (_, index) => instrument(index))
    const ticks = new Ticks(symbols)
    const batch = []
    const add = (symbol, sequence, stamp) => {
      const tick = { ltp: sequence, volume: stamp, timestamp: Math.floor(stamp / 1000), isStampedHere: true }
      batch.push({ instrument: instruments[symbol], tick, receivedAt: stamp })
    }
    ticks.take(symbols, add)
    yield batch
    const socket = obey(control, ticks)
    while (!signal.aborted) {
      await pause(clock, 1, signal)
      batch.length = 0
      ticks.due(LARGEST_BATCH, add)
      if (batch.length > 0) yield batch
    }
    socket.destroy()
  },
})

/** Takes `rate N`, `symbols N`, `count` and `totals` from the bench. */
function obey(control, ticks) {
  const socket = connect(control)
  createInterface({ input: socket }).on('line', line => {
    const [order, number] = line.split(' ')
    if (order === 'rate') ticks.setRate(Number(number))
    else if (order === 'symbols') ticks.setSymbols(Number(number))
    else if (order === 'count') socket.write(`${JSON.stringify({ ticks: ticks.made })}\n`)
    else if (order === 'totals') socket.write(`${JSON.stringify({ totals: ticks.totals })}\n`)
  })
  return socket
}
