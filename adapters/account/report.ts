import { isOnThisMachine } from '../../shared/address.ts'
import type { FeedLabel } from '../../shared/control.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { SessionAdapter, SessionSettings } from '../contract.ts'
import type { Breaker } from '../runtime/session/breaker.ts'
import type { SessionFeed } from '../runtime/session/session.ts'
import type { Traffic } from '../runtime/session/traffic.ts'
import type { SessionReport } from '../runtime/status.ts'

/** Every half second, and as many as a status holds. */
const REFUSED_TOLD = 200

/** What comes from this machine is nobody's market: a broker's stand-in, however well it plays. */
export const labelOf = ({ label }: Pick<SessionAdapter, 'label'>, { stream_url }: SessionSettings): FeedLabel =>
  label === 'live' && isOnThisMachine(stream_url) ? 'simulated' : label

/** Every mode by name: one that is not named would be for all exchanges. */
const NO_BOOKS = { BOOK20: [], BOOK30: [], BOOK50: [] } as const

function booksOf({ books }: SessionAdapter, { lacksBooks }: SessionFeed): Pick<SessionReport, 'books'> {
  if (lacksBooks) return { books: NO_BOOKS }
  return books ? { books } : {}
}

/** What the status says of the session. */
export function reportOf(
  adapter: SessionAdapter,
  session: SessionFeed,
  { traffic, breaker: { rest } }: { readonly traffic: Traffic; readonly breaker: Pick<Breaker, 'rest'> },
  topicOf: (wanted: Instrument) => string,
): SessionReport {
  const usages = session.usages()
  const [main, ...others] = usages
  const books = usages.reduce((sum, { books }) => ({ used: sum.used + books.used, limit: sum.limit + books.limit }), {
    used: 0,
    limit: 0,
  })
  const { used, limit, refused } = main
  const lowered = [...main.lowered, ...others.flatMap(usage => usage.refused)]
  const { expiresAt } = session
  const refusalOf = (instrument: Instrument, reason: string) => ({
    topic: topicOf(instrument),
    code: 'SUBSCRIPTION_LIMIT' as const,
    reason,
  })
  return {
    ...(expiresAt === undefined ? {} : { tokenExpiresAt: expiresAt }),
    ...(rest && { rest }),
    limits: { instruments: { used, limit }, ...(books.limit > 0 && { books }) },
    ...booksOf(adapter, session),
    connections: session.connections(),
    traffic: traffic.counts(),
    refused: [
      ...refused.map(one =>
        refusalOf(one, `the broker allows ${limit} instruments at a time, and that many are wanted`),
      ),
      ...lowered.map(one => refusalOf(one, 'the broker allows no more of these at a time; it gets the next best')),
    ].slice(0, REFUSED_TOLD),
  }
}
