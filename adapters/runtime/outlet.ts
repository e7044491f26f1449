import type { Bus } from '../../bus/bus.ts'
import type { Clock } from '../../shared/clock.ts'
import type { FeedLabel } from '../../shared/control.ts'
import type { Log } from '../../shared/log.ts'
import { nextEpoch, noteEpoch } from '../../shared/store/epoch.ts'
import type { DataFolder } from '../../shared/store/folder.ts'
import { Audience } from './audience.ts'
import { Board, type Past } from './board.ts'
import type { Catalogue } from './catalogue.ts'
import { Delays } from './delays.ts'
import { Lease } from './lease.ts'
import { Publisher } from './publisher.ts'
import { Pulse } from './pulse.ts'
import { States } from './states.ts'
import { StatusReporter } from './status.ts'

interface OutletParts {
  readonly catalogue: Catalogue
  readonly label: FeedLabel
  /** Remembers epochs, so that a clock that was set back makes no new process look older than the last one. */
  readonly folder?: DataFolder
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  /** How long what nobody wants any more is carried all the same; nothing unless told. */
  readonly lingerMs?: number
  /** Values from before; none unless told. */
  readonly past?: Past
  /** The source makes its updates itself, in their order. */
  readonly isOrdered?: boolean | undefined
}

/** Everything between what a feed sees and the bus. */
export interface Outlet {
  readonly publisher: Publisher
  readonly audience: Audience
  readonly status: StatusReporter
  readonly states: States
  readonly pulse: Pulse
  readonly lease: Lease
}

/** Wires it together; the receiver of `bus` is taken. The first status says `starting`. */
export function openOutlet({
  catalogue,
  label,
  folder,
  bus,
  clock,
  log,
  lingerMs,
  past,
  isOrdered,
}: OutletParts): Outlet {
  const pulse = new Pulse(clock, log)
  const look = () => pulse.look()
  const { feed } = catalogue
  const epoch = folder ? nextEpoch(folder, feed, clock.now()) : clock.now()
  const note = (newer: number) => folder && noteEpoch(folder, feed, newer)
  const lease = new Lease({ feed, epoch, bus, note, clock, log })
  const board = new Board({ catalogue, epoch, bus, ...(past && { past }) })
  const delays = new Delays(label)
  const audience = new Audience({
    catalogue,
    epoch,
    board,
    bus,
    clock,
    log,
    look,
    lingerMs,
    hear: (topic, body) => lease.hear(topic, body),
    delays,
  })
  const publisher = new Publisher({ board, audience, behindMs: () => pulse.behindMs(), isOrdered, delays, log })
  const states = new States({ feed, epoch, label, publisher, bus, clock })
  audience.onStates(() => states.repeat())
  const status = new StatusReporter({
    label,
    catalogue,
    epoch,
    publisher,
    audience,
    states,
    bus,
    clock,
    look,
    lease,
    delays,
  })
  return { publisher, audience, status, states, pulse, lease }
}
