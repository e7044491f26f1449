import type { Bus } from '../../bus/bus.ts'
import type { Clock } from '../../shared/clock.ts'
import type { FeedLabel } from '../../shared/control.ts'
import type { Log } from '../../shared/log.ts'
import { Audience } from './audience.ts'
import { Board } from './board.ts'
import type { Catalogue } from './catalogue.ts'
import { Publisher } from './publisher.ts'
import { Pulse } from './pulse.ts'
import { StatusReporter } from './status.ts'

interface OutletParts {
  readonly catalogue: Catalogue
  readonly label: FeedLabel
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
}

/** Everything between what a feed sees and the bus. */
export interface Outlet {
  readonly publisher: Publisher
  readonly audience: Audience
  readonly status: StatusReporter
  readonly pulse: Pulse
}

/** Wires it together; the receiver of `bus` is taken. The first status says `starting`. */
export function openOutlet({ catalogue, label, bus, clock, log }: OutletParts): Outlet {
  const pulse = new Pulse(clock)
  const look = () => pulse.look()
  const epoch = clock.now()
  const board = new Board({ catalogue, epoch, bus })
  const audience = new Audience({ catalogue, epoch, board, bus, clock, log, look })
  const publisher = new Publisher({ board, audience, log })
  const status = new StatusReporter({ label, catalogue, epoch, publisher, audience, bus, clock, look })
  return { publisher, audience, status, pulse }
}
