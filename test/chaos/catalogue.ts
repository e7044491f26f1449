import type { Fault } from './fault.ts'
import { elsewhere, expiry, tooMany } from './faults/accounts.ts'
import { fin, halfOpens, latency, mute, outage, rst, slow } from './faults/connections.ts'
import { crowd } from './faults/crowd.ts'
import { doubled, flips, shuffled, truncated } from './faults/damage.ts'
import { duplicate } from './faults/doubles.ts'
import { failover } from './faults/failover.ts'
import { first } from './faults/first.ts'
import { clockJump, diskFull } from './faults/machine.ts'
import { overflow } from './faults/overload.ts'
import { hangAdapter, killAdapter, killBus, killProxy, restartProxy } from './faults/processes.ts'

/** In an order that uses each stage as often as it can. */
const FAULTS: readonly Fault[] = [
  killAdapter,
  hangAdapter,
  killProxy,
  killBus,
  restartProxy,
  fin,
  rst,
  outage,
  mute,
  latency,
  slow,
  flips,
  truncated,
  doubled,
  shuffled,
  expiry,
  elsewhere,
  tooMany,
  first,
  ...halfOpens,
  crowd,
  duplicate,
  failover,
  overflow,
  clockJump,
  diskFull,
]

/** Those that are meant by names with commas between; all when nothing is said. */
export function chosen(only: string | undefined): readonly Fault[] {
  if (only === undefined) return FAULTS
  const names = only.split(',')
  const unknown = names.find(name => !FAULTS.some(fault => fault.name === name))
  if (unknown !== undefined)
    throw new Error(`There is no fault ${unknown}; there are ${FAULTS.map(({ name }) => name).join(', ')}`)
  return FAULTS.filter(({ name }) => names.includes(name))
}
