import type { Socket } from 'node:net'
import type { Bus } from '../bus/bus.ts'
import type { Identity as BusIdentity } from '../bus/identity.ts'
import type { Clock } from '../shared/clock.ts'
import type { Config } from '../shared/config.ts'
import type { Log } from '../shared/log.ts'
import type { TellingAudit } from '../shared/store/auditqueue.ts'
import type { DataFolder } from '../shared/store/folder.ts'
import type { Registry } from './limits/register.ts'
import type { Address } from './listen.ts'
import type { Report, Whole } from './whole.ts'

export interface ProxyOptions {
  readonly config: Pick<Config, 'proxy' | 'validBrokers' | 'market'>
  readonly folder: DataFolder
  /** Handed over: closed with the proxy. */
  readonly bus: Bus
  /** What it proves itself with to the feeds. */
  readonly identity: BusIdentity
  readonly clock: Clock
  readonly log: Log
  /** Without it, what happens at the door is told nowhere. */
  readonly audit?: TellingAudit
  /** Brokers whose adapters are built in. */
  readonly builtin: readonly string[]
  /** Given to one of several processes on one port; a process that is the whole proxy opens the port itself. */
  readonly siblings?: Siblings
}

/** What a process that is a part of the proxy needs of the others. */
export interface Siblings {
  /** Where the connections of all of them are counted. */
  readonly registry: Registry
  /** From now on each connection that belongs here is given to `take`, and `report` is asked. Gives the common address. */
  open(take: (socket: Socket) => void, report: () => Report): Promise<Address>
  /** What all of them count at this moment. */
  whole(): Promise<Whole>
}
