import { didYouMean } from '../shared/config/spelling.ts'
import { type Hint, readFields, suggest } from './fields.ts'
import { show } from './mode.ts'

/** How the ticks of one subscription go out. */
export interface Delivery {
  /** `every`: all of them, in order; `latest`: the newest one as soon as there is room, older ones folded into it. */
  readonly policy: 'every' | 'latest'
  /** With `latest`: at most one frame in so many milliseconds; the last one is always sent. */
  readonly intervalMs: number | undefined
  /** The names of `data` to be sent, sorted and unique; `undefined`: all. `symbol`, `exchange` and `mode` always stay. */
  readonly fields: readonly string[] | undefined
}

/** What a subscription gets when nothing is asked. */
export const EVERY: Delivery = { policy: 'every', intervalMs: undefined, fields: undefined }

const POLICIES = ['every', 'latest'] as const
const MAX_INTERVAL_MS = 60_000

type Said = Readonly<Record<string, unknown>>

/**
 * Reads `policy`, `interval_ms` and `fields` of a message or of an item: a delivery, a text that says what is wrong, or
 * `above` when nothing is said. Policy and interval are one thing: who says either takes neither from `above`.
 */
export function readDelivery(
  said: Said,
  above: Delivery | undefined,
  hint: Hint = suggest,
): Delivery | string | undefined {
  const { policy, interval_ms: interval, fields: names } = said
  const pace = isSaid(policy) || isSaid(interval) ? readPace(policy, interval) : (above ?? EVERY)
  if (typeof pace === 'string') return pace
  const fields = isSaid(names) ? readFields(names, hint) : above?.fields
  if (typeof fields === 'string') return fields
  if (pace === (above ?? EVERY) && !isSaid(names)) return above
  return { policy: pace.policy, intervalMs: pace.intervalMs, fields }
}

/** Many libraries write what was not given as null. */
const isSaid = (value: unknown): boolean => value !== undefined && value !== null

function readPace(policy: unknown, interval: unknown): Pick<Delivery, 'policy' | 'intervalMs'> | string {
  const found = isSaid(policy) ? POLICIES.find(name => name === policy) : 'latest'
  if (!found) {
    const near = typeof policy === 'string' ? didYouMean(policy.slice(0, 32).toLowerCase(), POLICIES) : ''
    return `Invalid policy ${show(policy)}; expected "every" or "latest"${near}`
  }
  if (!isSaid(interval)) return { policy: found, intervalMs: undefined }
  if (typeof interval !== 'number' || !Number.isInteger(interval) || interval < 1 || interval > MAX_INTERVAL_MS)
    return `Invalid interval_ms ${show(interval)}; expected whole milliseconds from 1 to ${MAX_INTERVAL_MS}, or leave it out`
  if (found === 'every')
    return `policy "every" and interval_ms ${interval} contradict each other; leave one of them out, or say policy "latest"`
  return { policy: found, intervalMs: interval }
}
