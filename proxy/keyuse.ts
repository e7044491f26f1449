/** What the open connections of one key come to. */
export interface KeyUse {
  readonly id: string
  readonly connections: number
  readonly subscriptions: number
  /** Of those clients, since they connected. */
  readonly messages: number
}

interface Counted {
  readonly keyId: string | undefined
  readonly subscriptions: number
  readonly messages: number
}

const THINGS = ['connections', 'subscriptions', 'messages'] as const

/** Flat, as `ID connections`, so that what several processes count is added up like everything else. */
export function countUse(connections: Iterable<Counted>): Record<string, number> {
  const counts: Record<string, number> = {}
  const add = (name: string, count: number) => {
    counts[name] = (counts[name] ?? 0) + count
  }
  for (const { keyId, subscriptions, messages } of connections) {
    if (keyId === undefined) continue
    add(`${keyId} connections`, 1)
    add(`${keyId} subscriptions`, subscriptions)
    add(`${keyId} messages`, messages)
  }
  return counts
}

/** The same, key by key. */
export function usesOf(counts: Readonly<Record<string, number>>): KeyUse[] {
  const ids = new Set(Object.keys(counts).map(name => name.slice(0, name.indexOf(' '))))
  return [...ids].map(id => {
    const [connections = 0, subscriptions = 0, messages = 0] = THINGS.map(thing => counts[`${id} ${thing}`])
    return { id, connections, subscriptions, messages }
  })
}
