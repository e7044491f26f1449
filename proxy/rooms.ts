import type { Log } from '../shared/log.ts'
import type { Access } from './access.ts'
import type { AdmissionRooms } from './admission.ts'
import type { Failover } from './failover.ts'
import type { Hub } from './fanout/hub.ts'
import type { Orders } from './orders.ts'
import type { Instruments } from './routing.ts'
import type { Shelf } from './shelf.ts'
import type { States } from './states.ts'
import type { Workshop } from './worklist.ts'

/** What all clients share. */
export interface Rooms extends AdmissionRooms {
  readonly log: Log
  readonly access: AdmissionRooms['access'] &
    Pick<Access, 'mayStay' | 'allows' | 'mayUse' | 'mayHear' | 'permits' | 'reading'>
  readonly hub: Hub
  readonly shelf: Pick<Shelf, 'open'>
  readonly failover: Pick<Failover, 'outlook' | 'reroute'>
  readonly orders: Pick<Orders, 'join'>
  readonly states: Pick<States, 'greet'>
  readonly workshop: Workshop
  readonly instruments: Instruments
}
