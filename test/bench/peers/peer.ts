import { createInterface } from 'node:readline'
import { symbolName, Ticks } from '../feed/ticks.mjs'

const FLOOD_TICKS = 16
const LARGEST_BATCH = 5000

/** One tick as a client of Tickwire gets it. */
export interface Message {
  readonly type: 'market_data'
  readonly symbol: string
  readonly exchange: 'NSE'
  readonly mode: 2
  readonly data: object
  readonly broker: 'bench'
}

export function message(symbolIndex: number, ltp: number, volume: number): Message {
  const symbol = symbolName(symbolIndex)
  const timestamp = Math.floor(volume / 1000)
  const data = { symbol, exchange: 'NSE', mode: 2, ltp, volume, timestamp }
  return { type: 'market_data', symbol, exchange: 'NSE', mode: 2, data, broker: 'bench' }
}

interface Peer {
  readonly port: number
  readonly symbols: number
  /** Sends one tick to whoever subscribed to its symbol. */
  readonly publish: (symbol: number, message: Message) => void
  /** Bytes that wait for the slowest client: in a closed loop nothing is sent before they are gone. */
  readonly backlog: () => number
}

/** Makes the ticks of a peer in its own process, which spares it the way over a bus, and takes the orders of the bench. */
export function serve({ port, symbols, publish, backlog }: Peer): void {
  const ticks = new Ticks(symbols)
  let floods = false
  const each = (symbol: number, sequence: number, stamp: number) => publish(symbol, message(symbol, sequence, stamp))
  const flood = () => {
    if (!floods) return
    if (backlog() === 0) ticks.take(FLOOD_TICKS, each)
    setImmediate(flood)
  }
  setInterval(() => ticks.due(LARGEST_BATCH, each), 1)
  createInterface({ input: process.stdin })
    .on('line', line => {
      const [order, rate] = line.split(' ')
      if (order === 'count') process.stdout.write(`${JSON.stringify({ ticks: ticks.made })}\n`)
      if (order !== 'rate') return
      floods = rate === 'flood'
      ticks.setRate(floods ? 0 : Number(rate))
      flood()
    })
    .on('close', () => process.exit(0))
  process.stdout.write(`${JSON.stringify({ port })}\n`)
}

/** Indices of the symbols that a subscription names. */
export function symbolsOf(request: { symbols?: readonly { symbol: string }[] }): readonly number[] {
  return (request.symbols ?? []).map(({ symbol }) => Number(symbol.slice(-4)) - 1)
}
