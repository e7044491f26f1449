import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import { pause, systemClock } from '../../../shared/clock.ts'
import type { Quote } from '../../emulators/kit/walk.ts'

/** What one broker's share of the work is. */
interface Share {
  readonly broker: string
  readonly origin: string
  /** `EXCHANGE:SYMBOL` */
  readonly instruments: readonly string[]
  /** Those whose every frame is read. */
  readonly sampled: readonly string[]
}

interface Task {
  readonly url: string
  readonly key: string
  readonly shares: readonly Share[]
}

type Data = Readonly<Record<string, unknown>>

const AT_ONCE = 1000
/** Frames kept of a sampled instrument: some minutes of trades. */
const KEPT = 400
/** How long a price may take from the emulator to here. */
const LATE_MS = 5000

/** Field of a frame, and what the emulator calls it. Books move on without a trade; these do not. */
const FIELDS: readonly (readonly [string, Exclude<keyof Quote, 'bids' | 'asks'>])[] = [
  ['ltp', 'ltp'],
  ['open', 'open'],
  ['high', 'high'],
  ['low', 'low'],
  ['close', 'previousClose'],
  ['last_quantity', 'lastQuantity'],
  ['average_price', 'averagePrice'],
]

const frames = new Map<string, number>()
const instruments = new Set<string>()
/** By instrument, then by the volume of the day, which grows with each trade. */
const kept = new Map<string, Map<number, Data>>()
let backward = 0
let others = 0

function take(text: string): void {
  if (!text.startsWith('{"type":"market_data"')) {
    if (text.includes('"error"')) others++
    return
  }
  const [, symbol = '', exchange = ''] = /"symbol":"([^"]+)","exchange":"([^"]+)"/.exec(text) ?? []
  const broker = text.slice(text.lastIndexOf('"broker":"') + 10, -2)
  frames.set(broker, (frames.get(broker) ?? 0) + 1)
  const name = `${exchange}:${symbol}`
  instruments.add(name)
  const volumes = kept.get(name)
  if (!volumes) return
  const { data } = JSON.parse(text) as { data: Data }
  const volume = Number(data.volume)
  if ([...volumes.keys()].some(one => one > volume)) backward++
  volumes.set(volume, data)
  const [oldest] = volumes.keys()
  if (volumes.size > KEPT && oldest !== undefined) volumes.delete(oldest)
}

/** Subscribes everything in full mode, on one connection. */
function begin({ url, key, shares }: Task): void {
  const socket = new WebSocket(url, { skipUTF8Validation: true })
  const names = shares.flatMap(share => share.instruments)
  for (const share of shares) for (const name of share.sampled) kept.set(name, new Map())
  socket.on('open', () => {
    socket.send(JSON.stringify({ action: 'authenticate', api_key: key }))
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const symbols = names.slice(at, at + AT_ONCE).map(name => {
        const [exchange, ...symbol] = name.split(':')
        return { exchange, symbol: symbol.join(':') }
      })
      socket.send(JSON.stringify({ action: 'subscribe', mode: 'Depth', symbols }))
    }
  })
  socket.on('message', data => take((data as Buffer).toString()))
  socket.on('close', code => {
    throw new Error(`The proxy ended the connection with ${code}`)
  })
}

type Verdict = 'unseen' | readonly string[]

/** What differs between the frame of a volume and what the emulator says at that volume. */
async function checkOne(origin: string, name: string): Promise<Verdict> {
  const [exchange, ...symbol] = name.split(':')
  const body = JSON.stringify({ exchange, symbol: symbol.join(':') })
  const answer = await fetch(`${origin}/emulator/quote`, { method: 'POST', body })
  const { quote } = (await answer.json()) as { quote: Quote }
  const end = systemClock.monotonic() + LATE_MS
  while (!kept.get(name)?.has(quote.volume) && systemClock.monotonic() < end) await pause(systemClock, 50)
  const data = kept.get(name)?.get(quote.volume)
  if (!data) return 'unseen'
  return FIELDS.filter(([field, theirs]) => data[field] !== quote[theirs]).map(
    ([field, theirs]) => `${name} ${field}: ${String(data[field])}, not ${quote[theirs]}`,
  )
}

/** Every sampled instrument; `unseen`: folded away on the way, or late. */
async function check(shares: readonly Share[]): Promise<{ compared: number; unseen: number; wrong: string[] }> {
  const verdicts = await Promise.all(
    shares.flatMap(({ origin, sampled }) => sampled.map(name => checkOne(origin, name))),
  )
  const seen = verdicts.filter(verdict => verdict !== 'unseen')
  return { compared: seen.length, unseen: verdicts.length - seen.length, wrong: seen.flat() }
}

/** Prices of the sampled instruments that came and are still known. */
const prices = (): Record<string, unknown[]> =>
  Object.fromEntries([...kept].map(([name, volumes]) => [name, [...volumes.values()].map(({ ltp }) => ltp)]))

const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`)

let task: Task | undefined
createInterface({ input: process.stdin }).on('line', line => {
  if (!task) {
    task = JSON.parse(line) as Task
    begin(task)
    say({})
  } else if (line === 'count')
    say({ frames: Object.fromEntries(frames), instruments: instruments.size, backward, others })
  else if (line === 'prices') say(prices())
  else void check(task.shares).then(say)
})
