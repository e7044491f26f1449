import { createInterface } from 'node:readline'
import { OpenAlgoWsFeed, type SocketLike } from 'openalgo-charts'
import { WebSocket } from 'ws'

/** What the unmodified client of the npm package is told to hold, as `EXCHANGE:SYMBOL`. */
interface Task {
  readonly url: string
  readonly key: string
  readonly instruments: readonly string[]
}

const events = { ltp: 0, depth: 0 }
const seen = new Set<string>()
const prices = new Map<string, Set<number>>()

function begin({ url, key, instruments }: Task): void {
  const feed = new OpenAlgoWsFeed({
    url,
    apiKey: key,
    socketFactory: () => new WebSocket(url) as unknown as SocketLike,
  })
  feed.onLtp(({ symbol, exchange, ltp }) => {
    events.ltp++
    const name = `${exchange}:${symbol}`
    const known = prices.get(name) ?? new Set()
    prices.set(name, known.add(ltp))
  })
  feed.onDepth((symbol, exchange) => {
    events.depth++
    seen.add(`${exchange}:${symbol}`)
  })
  feed.connect()
  for (const name of instruments) {
    const [exchange = '', ...symbol] = name.split(':')
    feed.subscribe('Depth', symbol.join(':'), exchange)
  }
}

const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`)

let isBegun = false
createInterface({ input: process.stdin }).on('line', line => {
  if (!isBegun) {
    isBegun = true
    begin(JSON.parse(line) as Task)
    say({})
  } else if (line === 'count') say({ ...events, instruments: seen.size })
  else say(Object.fromEntries([...prices].map(([name, known]) => [name, [...known]])))
})
