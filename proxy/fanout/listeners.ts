import type { Channel } from './channel.ts'
import type { Outbox } from './outbox.ts'
import type { Variant } from './variant.ts'

/**
 * Who hears how the instruments of these topics stand: each client once for each key, whatever number of its
 * subscriptions share it. What waits for the time of such a subscription goes out now: it was before the news.
 */
export function listenersOf(
  channels: Iterable<Channel>,
  keyOf: (variant: Variant) => string,
): ReadonlyMap<string, ReadonlySet<Outbox>> {
  const found = new Map<string, Set<Outbox>>()
  for (const { variants } of channels)
    for (const variant of variants) {
      let those: Set<Outbox> | undefined
      for (const member of variant.members) {
        const { listener } = member
        if (!listener) continue
        those ??= setOf(found, keyOf(variant))
        those.add(listener)
        member.release()
      }
    }
  return found
}

function setOf(found: Map<string, Set<Outbox>>, key: string): Set<Outbox> {
  const those = found.get(key) ?? new Set()
  found.set(key, those)
  return those
}
