import type { AuditEvent } from '../../shared/audit.ts'
import type { Refusal } from '../protocol.ts'

/** The limits that say no, by the names clients are told; each is the setting of the same name in `[proxy]`. */
export type LimitName =
  | 'connections_per_key'
  | 'connections_per_user'
  | 'connections_per_address'
  | 'connects_per_address_per_second'
  | 'handshakes_per_second'
  | 'max_unauthenticated'
  | 'unauthenticated_per_address'
  | 'symbols_per_connection'
  | 'symbols_per_key'
  | 'messages_per_second'

/** Who has a part of what is used up: always a key of the same user. */
export interface Holder {
  readonly key: string
  readonly label?: string
  readonly address: string
  readonly connections: number
  readonly symbols?: number
  /** When the oldest of them came, wall clock. */
  readonly since: number
}

/** A limit that has been reached. */
export interface Reached {
  readonly limit: LimitName
  readonly max: number
  readonly used: number
  readonly heldBy?: readonly Holder[]
  /** The key itself allows less than the configuration. */
  readonly isOfKey?: boolean
}

const MEANINGS: Readonly<Record<LimitName, string>> = {
  connections_per_key: 'connections of this key are open',
  connections_per_user: 'connections of this user are open',
  connections_per_address: 'connections from this address are open',
  connects_per_address_per_second: 'new connections a second may come from this address',
  handshakes_per_second: 'new connections a second are let in',
  max_unauthenticated: 'connections may wait for their key',
  unauthenticated_per_address: 'connections from this address may wait for their key',
  symbols_per_connection: 'symbols are held on this connection',
  symbols_per_key: 'symbols are held by this key',
  messages_per_second: 'messages a second are answered',
}

/** One sentence with the next step. */
export function explain({ limit, max, used, isOfKey }: Reached): string {
  const many = /_per_second$|unauthenticated/.test(limit) ? `${max}` : `${used} of ${max}`
  const remedy = isOfKey ? 'this bound is of the key itself (tickwire key show)' : `the setting is proxy.${limit}`
  return `Limit reached: ${many} ${MEANINGS[limit]}; ${remedy}`
}

/** As an error frame tells it. */
export const refusalOf = (reached: Reached): Refusal => ({
  code: 'LIMIT_REACHED',
  message: explain(reached),
  details: detailsOf(reached),
})

/** As the audit tells it; a client that has shown no key is a stranger. */
export const noteOf = (
  action: 'limit.reached' | 'subscribe.refused',
  { limit, max, used }: Reached,
  keyId: string | undefined,
  address: string,
): AuditEvent => ({
  action,
  actor: keyId === undefined ? 'stranger' : `key:${keyId}`,
  subject: limit,
  address,
  result: 'refused',
  reason: `${used} of ${max} in use`,
})

/** The same as fields: which limit, how much of it is used, and who has the rest. */
export const detailsOf = ({ limit, max, used, heldBy }: Reached): object => ({
  limit,
  max,
  used,
  ...(heldBy && {
    held_by: heldBy.map(({ key, label, address, connections, symbols, since }) => ({
      key,
      label,
      address,
      connections,
      symbols,
      since,
    })),
  }),
})
