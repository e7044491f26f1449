import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Audience } from '../audience.ts'
import type { Union } from '../union.ts'

/** What the sockets of an account do with what they are to carry. */
interface Carrier {
  carry(union: Union): boolean
  usages(): readonly { readonly refused: readonly Instrument[]; readonly lowered: readonly Instrument[] }[]
}

/**
 * Lets the sockets carry it. Where the broker's limit leaves something without a place, or not in its mode, what only
 * lingers gives up its own, the longest unwanted first. True when something was added.
 */
export function carryWithRoom(
  sockets: Carrier,
  audience: Pick<Audience, 'carried' | 'makeRoom'>,
  union: Union,
): boolean {
  let isMore = sockets.carry(union)
  for (let count = homeless(sockets); count > 0 && audience.makeRoom(count); count *= 2) {
    isMore = sockets.carry(audience.carried()) || isMore
    if (homeless(sockets) === 0) break
  }
  return isMore
}

const homeless = (sockets: Carrier): number =>
  sockets.usages().reduce((sum, { refused, lowered }) => sum + refused.length + lowered.length, 0)
