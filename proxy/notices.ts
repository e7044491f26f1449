import { type Mode, modeNumber } from '../shared/market/mode.ts'
import type { Ending } from '../shared/process.ts'
import type { Standing } from './standing.ts'

/** What a client of the extended protocol is told besides ticks and replies, as compact JSON. */

/** A hole in one topic, as one client sees it. */
export interface Gap {
  /** As the client spelled it. */
  readonly symbol: string
  readonly exchange: string
  readonly mode: 1 | 2 | 3
  readonly epoch: number
  /** The first publication that is missing. */
  readonly from: number
  /** The last one; `undefined` when the publisher of this epoch is gone and nobody knows how far it came. */
  readonly to: number | undefined
  readonly broker: string
}

/** Told before the next tick of its topic. A field that is `undefined` is absent. */
export function gapNotice({ symbol, exchange, mode, epoch, from, to, broker }: Gap): string {
  const lost = to === undefined ? undefined : to - from + 1
  return JSON.stringify({ type: 'gap', symbol, exchange, mode, epoch, from, to, lost, broker })
}

/** How an instrument, or everything a client holds of a feed, stands. Times in milliseconds since 1970. */
export interface StateNews {
  /** As the client spelled it; `undefined`: all that it holds of the feed. */
  readonly symbol: string | undefined
  readonly exchange: string | undefined
  readonly standing: Standing
  readonly now: number
  readonly broker: string | undefined
  readonly feed: string
}

/** Told before the next tick of what it is about. A field that is `undefined` is absent. */
export function stateNotice({ symbol, exchange, standing, now, broker, feed }: StateNews): string {
  const { state, code, reason, since, lastTickAt, label } = standing
  const symbols = symbol === undefined ? '*' : undefined
  const age = lastTickAt === undefined ? undefined : Math.max(0, now - lastTickAt)
  return JSON.stringify({
    type: 'state',
    symbol,
    exchange,
    symbols,
    state,
    code,
    reason,
    since,
    last_tick_at: lastTickAt,
    age_ms: age,
    label,
    broker,
    feed,
  })
}

/** A change of the feed that serves something. */
export interface Change {
  /** As the client spelled it. */
  readonly symbol: string
  readonly exchange: string
  readonly mode: Mode
  /** Of the new one. */
  readonly broker: string
  readonly feed: string
  /** The feed before. */
  readonly was: string
  readonly reason: string
}

/** Told before the first frame of the new source. */
export const sourceNotice = ({ symbol, exchange, mode, broker, feed, was, reason }: Change): string =>
  JSON.stringify({ type: 'source', symbol, exchange, mode: modeNumber(mode), broker, feed, was, reason })

/** The last price of one feed. */
export interface Price {
  readonly feed: string
  readonly broker: string
  readonly ltp: number
}

/** Two live feeds that differ, or no longer do. `percent`: how far they may. */
export const disagreementNotice = ({
  symbol,
  exchange,
  state,
  percent,
  prices,
}: {
  /** As the client spelled it. */
  readonly symbol: string
  readonly exchange: string
  readonly state: 'begun' | 'over'
  readonly percent: number
  readonly prices: readonly Price[]
}): string => JSON.stringify({ type: 'disagreement', symbol, exchange, state, percent, prices })

/** How a client that reads too slowly is treated. */
export type Slowness =
  /** More than the soft limit waits: from now on only the newest frame of each topic is kept. */
  | { readonly state: 'folding'; readonly waitingBytes: number }
  /** Nothing waits any more; `folded`: how many frames were folded since. */
  | { readonly state: 'recovered'; readonly folded: number }
  /** The connection is closed with 4008 next. */
  | { readonly state: 'closing'; readonly reason: string }

export function slowNotice(slowness: Slowness): string {
  const { state } = slowness
  switch (state) {
    case 'folding':
      return JSON.stringify({ type: 'slow', state, waiting_bytes: slowness.waitingBytes })
    case 'recovered':
      return JSON.stringify({ type: 'slow', state, folded: slowness.folded })
    case 'closing':
      return JSON.stringify({ type: 'slow', state, reason: slowness.reason })
  }
}

/** The server goes. `reconnectAfterMs`: when this client should come back, so that not all do at once. */
export const shutdownNotice = (end: { readonly reason: Ending; readonly reconnectAfterMs: number }): string =>
  JSON.stringify({ type: 'server_shutdown', reason: end.reason, reconnect_after_ms: end.reconnectAfterMs })
