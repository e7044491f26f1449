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
