import { clock, onLeave, onMessage, prices, selected, sessions, stream } from '../desk.ts'
import { type Name, nameOf, partsOf } from '../names.ts'
import type { Fields } from '../protocol.ts'
import { CallError } from '../session.ts'
import { type Candle, merge } from './candles.ts'
import { Minutes } from './minutes.ts'
import { Outages } from './outages.ts'

/** Instruments whose candles are kept; of more, those that were seen first go. */
const KEPT = 1000
/** The most that the server gives. */
const RECENT = 1000

const minutes = new Map<Name, Minutes>()
const recents = new Map<Name, readonly Candle[]>()
/** Instruments something was lost of on the way, since their last tick. */
const holed = new Set<Name>()
export const outages = new Outages()

// From the first tick of the page on, whatever is selected later.
prices.listen((price, frame) => {
  const { data } = frame
  if (data.ltp === undefined) return
  const isPolled = price.via === 'snapshot'
  let its = minutes.get(price.name)
  // What is only asked for now and then makes no candles worth keeping.
  if (!its && isPolled && price.name !== selected.peek()) return
  its ??= open(price.name)
  const at = timeOf(data) ?? clock.now()
  // A last value that is newer than the last tick says that there were others.
  const isBehind = (frame.snapshot === true || isPolled) && at > its.lastAt
  const isContinuous = !isBehind && !holed.delete(price.name)
  its.add({ at, price: data.ltp, volume: data.volume, isContinuous })
})

onMessage(message => {
  if (message.type === 'state') outages.stand(message)
  else if (message.type === 'gap') holed.add(nameOf(message))
})

onLeave(() => {
  for (const its of [minutes, recents, holed]) its.clear()
})

stream.link.subscribe(link => {
  if (link.phase === 'open') outages.back(clock.now())
  else if (link.phase === 'waiting' && link.lostAt !== undefined)
    outages.lost(link.lostAt, `the page was cut off: ${link.why}`)
})

/** Candles of a minute each, of what the page saw and of what the server still had. */
export function candlesOf(name: Name): readonly Candle[] {
  const seen = minutes.get(name)?.candles() ?? []
  const recent = recents.get(name)
  return recent ? merge(recent, seen) : seen
}

/** Asks the server for the ticks it still has, once for each instrument. */
export async function recall(name: Name): Promise<void> {
  if (recents.has(name)) return
  recents.set(name, [])
  const { exchange, symbol } = partsOf(name)
  try {
    const path = `/api/v1/ticks/${encodeURIComponent(exchange)}/${encodeURIComponent(symbol)}`
    const { ticks } = await sessions.call<{ ticks: readonly { readonly data: Fields; readonly receivedAt: number }[] }>(
      `${path}?mode=quote&limit=${RECENT}`,
    )
    const its = new Minutes()
    for (const { data, receivedAt } of ticks)
      if (data.ltp !== undefined)
        its.add({ at: timeOf(data) ?? receivedAt, price: data.ltp, volume: data.volume, isContinuous: true })
    recents.set(name, its.candles())
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    // A server that keeps none, or does not answer: the chart begins with what comes. It may be asked again later.
    if (error.status !== 404) recents.delete(name)
  }
}

/** A price that is told again without a trade makes no candle of its own. */
const timeOf = ({ ltt, timestamp }: Fields): number | undefined => ltt ?? timestamp

function open(name: Name): Minutes {
  const its = new Minutes()
  minutes.set(name, its)
  if (minutes.size > KEPT) {
    const oldest = minutes.keys().next().value
    if (oldest !== undefined) minutes.delete(oldest)
  }
  return its
}
