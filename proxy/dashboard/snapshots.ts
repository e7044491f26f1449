import type { Name } from './names.ts'
import type { Prices } from './prices.ts'
import type { Fields, InstrumentState, Label } from './protocol.ts'
import { CallError, type Sessions } from './session.ts'

/** One of the answer to POST /api/v1/snapshot; what is not known is absent. */
export interface Snapshot {
  readonly exchange: string
  readonly symbol: string
  readonly data?: Fields
  readonly stale?: true
  readonly state?: InstrumentState
  readonly reason?: string
  readonly label?: Label
  readonly since?: number
  readonly source?: { readonly feed: string; readonly broker: string }
  /** Of a refusal: NOT_FOUND, LIMIT_REACHED. */
  readonly code?: string
  /** Nothing is known of it. */
  readonly error?: string
}

/** A request is bounded in bytes, and names have up to some forty. */
let most = 1500

type Caller = Pick<Sessions, 'call' | 'current'>

/** With its book, at most so many levels of it. */
interface Deep {
  readonly depth: number
}

/** The last values of these, over HTTP. Throws CallError. */
export async function askSnapshots(
  sessions: Caller,
  names: readonly Name[],
  deep?: Deep,
): Promise<readonly Snapshot[]> {
  const all: Snapshot[] = []
  const session = sessions.current.peek()
  for (let from = 0; from < names.length; ) {
    const symbols = names.slice(from, from + most)
    try {
      const { snapshots } = await sessions.call<{ snapshots: readonly Snapshot[] }>('/api/v1/snapshot', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ symbols, ...(deep ? { mode: 'depth', ...deep } : { mode: 'quote' }) }),
      })
      all.push(...snapshots)
      from += symbols.length
    } catch (error) {
      // This server takes less at once.
      if (!(error instanceof CallError) || error.status !== 413 || symbols.length === 1) throw error
      most = Math.ceil(symbols.length / 2)
    }
    if (sessions.current.peek() !== session) throw new CallError(401, 'the session it was asked for is over')
  }
  return all
}

/** What somebody looks at while no stream comes through, one of them with its book. Throws CallError. */
export async function pollSnapshots(
  sessions: Caller,
  prices: Prices,
  names: readonly Name[],
  book: (Deep & { readonly name: Name }) | undefined,
): Promise<void> {
  for (const one of await askSnapshots(sessions, names)) takeSnapshot(prices, one)
  if (!book || !names.includes(book.name)) return
  try {
    const [one] = await askSnapshots(sessions, [book.name], { depth: book.depth })
    // A refusal is one of the book alone: how the instrument stands was said above.
    if (one?.data?.depth) takeSnapshot(prices, one, 3)
  } catch (error) {
    // The prices are there; the panel says that the book is not.
    if (!(error instanceof CallError)) throw error
  }
}

/** Gives one to the prices, marked as what it is. */
export function takeSnapshot(
  prices: Prices,
  { data, stale, source, error, ...standing }: Snapshot,
  mode: 2 | 3 = 2,
): void {
  const { exchange, symbol, state, since = 0, reason, label } = standing
  const where = { exchange, symbol, broker: source?.broker ?? '' }
  if (data) prices.take({ type: 'market_data', ...where, mode, data, ...(stale && { stale }) }, 'snapshot')
  const said = error === undefined ? { state, reason } : ({ state: 'refused', reason: error } as const)
  if (!said.state) return
  const news = { type: 'state', ...where, feed: source?.feed ?? '', state: said.state, since } as const
  prices.stand({ ...news, ...(said.reason && { reason: said.reason }), ...(label && { label }) })
}
