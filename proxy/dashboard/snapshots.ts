import { type Name, partsOf } from './names.ts'
import type { Prices } from './prices.ts'
import type { Fields, InstrumentState, Label } from './protocol.ts'
import type { Sessions } from './session.ts'

/** One of the answer to POST /api/v1/snapshot; what is not known is absent. */
interface Snapshot {
  readonly exchange: string
  readonly symbol: string
  readonly data?: Fields
  readonly broker?: string
  readonly feed?: string
  readonly label?: Label
  readonly state?: InstrumentState
  readonly reason?: string
  readonly stale?: boolean
}

/** Of one request. */
const MOST = 500

/** Asks for last values over HTTP and gives them to the prices, marked so. Throws CallError. */
export async function takeSnapshots(sessions: Sessions, prices: Prices, names: readonly Name[]): Promise<void> {
  for (let from = 0; from < names.length; from += MOST) {
    const symbols = names.slice(from, from + MOST).map(partsOf)
    const answer = await sessions.call<{ snapshots?: readonly Snapshot[] }>('/api/v1/snapshot', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ symbols, mode: 'Quote' }),
    })
    for (const one of answer.snapshots ?? []) take(prices, one)
  }
}

function take(prices: Prices, { exchange, symbol, data, broker = '', feed, state, ...rest }: Snapshot): void {
  const { label, reason, stale } = rest
  if (data) {
    const frame = { type: 'market_data', exchange, symbol, mode: 2, data, broker } as const
    prices.take(stale ? { ...frame, stale } : frame, 'snapshot')
  }
  if (state && feed)
    prices.stand({
      type: 'state',
      exchange,
      symbol,
      state,
      since: 0,
      broker,
      feed,
      ...(label && { label }),
      ...(reason && { reason }),
    })
}
