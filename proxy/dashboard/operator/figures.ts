/** What GET /api/v1/operator tells; times in milliseconds since 1970. */
export interface OperatorView {
  readonly now: number
  readonly proxy: {
    readonly id: string
    readonly startedAt: number
    readonly busConnected: boolean
    readonly topics: number
    readonly certificateEndsAt?: number
  }
  readonly workers: readonly {
    readonly id: number
    readonly pid?: number
    readonly state: string
    readonly clients: number
  }[]
  /** Counters; those of what is there now among them. */
  readonly clients: Counts
  readonly ticks: Counts
  readonly bus: Counts
  readonly keys: readonly KeyUse[]
  readonly feeds: readonly OperatorFeed[]
  readonly clientList: readonly OperatorClient[]
  /** Clients that the list has no room for. */
  readonly moreClients: number
  readonly events: readonly { readonly at: number; readonly name: string; readonly text: string }[]
}

export type Counts = Readonly<Record<string, number>>

interface KeyUse {
  readonly id: string
  readonly connections: number
  readonly subscriptions: number
  readonly messages: number
}

export interface OperatorFeed {
  readonly name: string
  readonly broker: string
  readonly userId: string
  readonly state: string
  readonly reason?: string
  readonly since: number
}

export interface OperatorClient {
  readonly id: string
  readonly kind: 'websocket' | 'events'
  readonly address: string
  readonly userId?: string
  readonly keyId?: string
  readonly since: number
  readonly isExtended: boolean
  readonly subscriptions: number
  readonly waitingBytes: number
  readonly delivered: number
  readonly folded: number
  readonly lost: number
  /** Of its last answer to a ping, there and back. */
  readonly lagMs?: number
}

/** What the last-value cache holds: GET /api/v1/cache/figures. */
export type CacheFigures = Readonly<Record<string, unknown>>

/** So many of the last events are shown. */
const EVENTS_SHOWN = 20

/** The newest first, in whatever order they were told. */
export const serverEvents = (events: OperatorView['events']): OperatorView['events'] =>
  events.toSorted((one, other) => other.at - one.at).slice(0, EVENTS_SHOWN)

/** How fast each counter grows between two looks, per second; none after a restart of what counts. */
export function ratesOf(now: OperatorView | undefined, before: OperatorView | undefined): Counts {
  if (!now || !before || now.now <= before.now || now.proxy.id !== before.proxy.id) return {}
  const seconds = (now.now - before.now) / 1000
  const rates: Record<string, number> = {}
  for (const group of ['clients', 'ticks', 'bus'] as const)
    for (const [name, count] of Object.entries(now[group])) {
      const was = before[group][name]
      if (was !== undefined && count >= was) rates[`${group}.${name}`] = (count - was) / seconds
    }
  return rates
}

/** What can be done about a feed, as the commands that do it. */
export function feedCommands({ name, state }: Pick<OperatorFeed, 'name' | 'state'>): readonly Command[] {
  if (state === 'auth_required')
    return [
      { does: 'Log in', command: `tickwire account login ${name}` },
      { does: 'Stop it', command: `tickwire adapter disable ${name}` },
    ]
  return state === 'down' || state === 'parked' || state === 'suspect'
    ? [
        { does: 'Start it afresh', command: `tickwire adapter enable ${name}` },
        { does: 'What is wrong', command: 'tickwire doctor' },
      ]
    : [{ does: 'Stop it', command: `tickwire adapter disable ${name}` }]
}

/** What can be done about a client: everything goes by its key. */
export const clientCommands = ({ keyId }: { readonly keyId?: string | undefined }): readonly Command[] =>
  keyId === undefined
    ? []
    : [
        { does: 'What its key may', command: `tickwire key show ${keyId}` },
        { does: 'Change what it may', command: `tickwire key change ${keyId}` },
        { does: 'Shut it out', command: `tickwire key revoke ${keyId}` },
      ]

export interface Command {
  readonly does: string
  readonly command: string
}

/** The same as the button does, from a terminal. */
export const clearCommand = (origin: string): string =>
  `curl -X DELETE -H "authorization: Bearer $TICKWIRE_API_KEY" ${origin}api/v1/cache`
