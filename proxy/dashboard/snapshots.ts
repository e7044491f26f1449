import { type Name, partsOf } from './names.ts'
import type { Prices } from './prices.ts'
import type { Fields, InstrumentState, Label } from './protocol.ts'
import type { Sessions } from './session.ts'

/** One of the answer to POST /api/v1/snapshot; what is not known is absent. */
interface Snapshot {
  readonly exchange: string
  readonly symbol: string
  readonly data?: Fields
  readonly state?: InstrumentState
  readonly reason?: string
  readonly label?: Label
  readonly since?: number
  readonly source?: { readonly feed: string; readonly broker: string }
  readonly stale?: true
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
      body: JSON.stringify({ symbols, mode: 'quote' }),
    })
    for (const one of answer.snapshots ?? []) take(prices, one)
  }
}

function take(prices: Prices, { exchange, symbol, data, state, stale, source, ...rest }: Snapshot): void {
  if (data) {
    const frame = { type: 'market_data', exchange, symbol, mode: 2, data, broker: source?.broker ?? '' } as const
    prices.take(stale ? { ...frame, stale } : frame, 'snapshot')
  }
  const { since = 0, label, reason } = rest
  if (state && source)
    prices.stand({
      type: 'state',
      exchange,
      symbol,
      state,
      since,
      ...source,
      ...(label && { label }),
      ...(reason && { reason }),
    })
}
