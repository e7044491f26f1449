import { TickwireError } from '../../shared/errors.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { parseTopic } from '../../shared/market/topic.ts'
import type { Rejection } from './catalogue.ts'
import { type Condition, nameOf } from './states.ts'

interface Refused {
  /** Nothing when the list has none of this name. */
  readonly instrument: Instrument | undefined
  readonly condition: Condition
}

const NO_ROOM: Condition = {
  state: 'refused',
  code: 'SUBSCRIPTION_LIMIT',
  reason: 'the broker allows no more instruments at a time, and that many are wanted',
}

/** By name: what is more than the account may have, and topics that cannot be served. Pure. */
export function refusalsOf(excess: readonly Instrument[], rejected: readonly Rejection[]): Map<string, Refused> {
  const refused = new Map<string, Refused>()
  for (const { topic, code, reason } of rejected) {
    const name = readName(topic)
    if (name !== undefined) refused.set(name, { instrument: undefined, condition: { state: 'refused', code, reason } })
  }
  for (const instrument of excess) refused.set(nameOf(instrument), { instrument, condition: NO_ROOM })
  return refused
}

/** A topic that says no instrument is none of anybody's. */
function readName(topic: string): string | undefined {
  try {
    return nameOf(parseTopic(topic))
  } catch (error) {
    if (error instanceof TickwireError) return undefined
    throw error
  }
}
