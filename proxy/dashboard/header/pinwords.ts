import type { Name } from '../names.ts'
import type { Price } from '../prices.ts'
import { wordOf } from '../watch/columns.ts'
import { formatAge } from '../watch/format.ts'

/** Of what kind and how old a pinned price is: a pin has no room for it beside the price. `now`: of the server. */
export function pinWords(name: Name, price: Price | undefined, now: number, disagreement?: string): string {
  const { label, state, tickAt, isStale } = price ?? {}
  const parts = [
    price && wordOf(price),
    label !== undefined && label !== 'live' && state !== 'live' ? label : undefined,
    isStale ? 'not of now' : undefined,
    tickAt === undefined ? undefined : `${formatAge(now - tickAt)} old`,
    disagreement,
  ]
  return `${[name, ...parts.filter(Boolean)].join(', ')}: show its depth and chart`
}
