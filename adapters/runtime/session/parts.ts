import type { Clock } from '../../../shared/clock.ts'
import type { Log } from '../../../shared/log.ts'
import type { OrderUpdate } from '../../../shared/market/order.ts'
import type { PhaseAt } from '../../../shared/market/phase.ts'
import type { SessionAdapter } from '../../contract.ts'
import type { Audience } from '../audience.ts'
import type { Publisher } from '../publisher.ts'
import type { States } from '../states.ts'
import type { StatusReporter } from '../status.ts'
import type { Breaker } from './breaker.ts'
import type { LinkCapture } from './link.ts'
import type { OpenSocket } from './socket.ts'
import type { Tickets } from './tickets.ts'
import type { Traffic } from './traffic.ts'

/** What the life of an account's session is made of. */
export interface SessionParts {
  /** Name of the feed. */
  readonly account: string
  readonly adapter: SessionAdapter
  /** As the adapter's own schema gives them. */
  readonly settings: unknown
  readonly tickets: Tickets
  readonly publisher: Publisher
  readonly audience: Audience
  readonly status: StatusReporter
  readonly states: States
  readonly traffic: Traffic
  readonly breaker: Breaker
  readonly open: OpenSocket
  /** In which phase the market of an instrument is. */
  readonly phaseAt: PhaseAt
  readonly capture: LinkCapture | undefined
  /** Something became of an order of the account. */
  readonly onOrder: (order: OrderUpdate) => void
  /** In [0, 1). */
  readonly random: () => number
  readonly clock: Clock
  readonly log: Log
}
