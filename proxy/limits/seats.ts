import type { Grant } from '../../shared/grant.ts'
import type { Holder, LimitName, Reached } from './words.ts'

export interface SeatLimits {
  readonly connectionsPerKey: number
  readonly connectionsPerUser: number
  readonly symbolsPerKey: number
}

/** Who asks for a seat. */
export interface Guest {
  readonly keyId: string
  readonly userId: string
  readonly label?: string
  readonly address: string
  readonly quota?: Grant['quota']
}

/** One connection with a good key, or what one process is asked for with it by requests. */
interface Seat {
  /** With the bounds its key has now. */
  guest: Guest
  readonly isLookout: boolean
  readonly since: number
  symbols: number
}

/** All connections of a key or of a user; the symbols of a key are counted here, too. */
interface Group {
  readonly seats: Set<Seat>
  /** Of each process that requests with this key come to: those of the next page may come to any of them. */
  readonly lookouts: Set<Seat>
  /** Of the connections. */
  symbols: number
}

const NOBODY: Readonly<Group> = { seats: new Set(), lookouts: new Set(), symbols: 0 }

/** So many holders are named. */
const MOST_NAMED = 20
/** What requests look at in all processes together may be so many times what they may in one. */
const LOOKED_AT_OVER = 2

/**
 * Connections with a key, of the whole proxy: how many each key and each user has, and how many symbols they hold. Who
 * sits stays; who comes too many is told who sits there. Pure; `now` is the wall clock.
 */
export class Seats {
  readonly #limits: SeatLimits
  readonly #seats = new Map<string, Seat>()
  readonly #byKey = new Map<string, Group>()
  readonly #byUser = new Map<string, Group>()

  constructor(limits: SeatLimits) {
    this.#limits = limits
  }

  has(id: string): boolean {
    return this.#seats.has(id)
  }

  /** Gives a seat, or says why not. Who has one already keeps it with the same key, and changes it for one of another. */
  take(id: string, guest: Guest, now: number): Reached | undefined {
    const own = this.#seats.get(id)
    const before = own?.guest
    if (own && before?.keyId === guest.keyId) {
      own.guest = guest
      return undefined
    }
    const { seats: key } = this.#byKey.get(guest.keyId) ?? NOBODY
    const { seats: user } = this.#byUser.get(guest.userId) ?? NOBODY
    const { connectionsPerUser } = this.#limits
    const { max, isOfKey } = this.#boundOf(guest, 'connections')
    if (key.size >= max) return reached('connections_per_key', max, key, isOfKey)
    if (user.size - (before?.userId === guest.userId ? 1 : 0) >= connectionsPerUser)
      return reached('connections_per_user', connectionsPerUser, user)
    this.leave(id)
    const seat = { guest, isLookout: false, since: now, symbols: 0 }
    this.#seats.set(id, seat)
    join(this.#byKey, guest.keyId, seat)
    join(this.#byUser, guest.userId, seat)
    return undefined
  }

  /** For who asks by requests: its symbols count as those of its key, and it is no connection. */
  lookOut(id: string, guest: Guest, now: number): void {
    const own = this.#seats.get(id)
    if (own) {
      own.guest = guest
      return
    }
    const seat = { guest, isLookout: true, since: now, symbols: 0 }
    this.#seats.set(id, seat)
    join(this.#byKey, guest.keyId, seat)
  }

  /** Whose connection it was. */
  leave(id: string): Guest | undefined {
    const seat = this.#seats.get(id)
    if (!seat) return undefined
    this.#seats.delete(id)
    part(this.#byKey, seat.guest.keyId, seat)
    if (seat.isLookout) return undefined
    part(this.#byUser, seat.guest.userId, seat)
    return seat.guest
  }

  /** Holds so many symbols from now on, or as many as there is room for; says what was in the way. */
  hold(id: string, symbols: number): { readonly symbols: number; readonly reached?: Reached } {
    const seat = this.#seats.get(id)
    const group = this.#byKey.get(seat?.guest.keyId ?? '')
    if (!seat || !group) return { symbols }
    const { max, isOfKey } = this.#boundOf(seat.guest, 'subscriptions')
    const room = roomOf(max, group, seat)
    // Less than before is always possible: the bound of the key may have shrunk.
    const granted = Math.min(symbols, Math.max(seat.symbols, room))
    resize(group, seat, granted)
    if (granted === symbols) return { symbols }
    return { symbols: granted, reached: overKey(max, group, isOfKey) }
  }

  /** Holds what there is room for by now: the bound of its key may have shrunk. */
  trim(id: string): { readonly symbols?: number; readonly reached?: Reached } {
    const seat = this.#seats.get(id)
    const group = this.#byKey.get(seat?.guest.keyId ?? '')
    if (!seat || !group) return {}
    const { max, isOfKey } = this.#boundOf(seat.guest, 'subscriptions')
    const symbols = Math.min(seat.symbols, Math.max(0, roomOf(max, group, seat)))
    if (symbols === seat.symbols) return { symbols }
    const over = overKey(max, group, isOfKey)
    resize(group, seat, symbols)
    return { symbols, reached: over }
  }

  /** How much of each limit a guest uses. */
  standing({ keyId, userId }: Guest): { readonly key: number; readonly user: number; readonly symbols: number } {
    const group = this.#byKey.get(keyId) ?? NOBODY
    return { key: group.seats.size, user: this.#byUser.get(userId)?.seats.size ?? 0, symbols: symbolsOf(group) }
  }

  /** Bounds of a key go below those of the configuration, never above. */
  #boundOf({ quota }: Guest, what: 'connections' | 'subscriptions'): { max: number; isOfKey: boolean } {
    const general = what === 'connections' ? this.#limits.connectionsPerKey : this.#limits.symbolsPerKey
    const own = quota?.[what] ?? general
    return { max: Math.min(own, general), isOfKey: own < general }
  }
}

const reached = (limit: LimitName, max: number, seats: ReadonlySet<Seat>, isOfKey = false): Reached => ({
  limit,
  max,
  used: seats.size,
  heldBy: holders(seats),
  ...(isOfKey && { isOfKey }),
})

const overKey = (max: number, group: Group, isOfKey: boolean): Reached => ({
  ...reached('symbols_per_key', max, new Set([...group.seats, ...group.lookouts]), isOfKey),
  used: symbolsOf(group),
})

/**
 * Requests with one key ask for the same in each process that they come to: what the most of them hold counts, but half of
 * what all of them hold at least, or each process would give a key all of its symbols once more.
 */
function lookedAt({ lookouts }: Group): number {
  const held = [...lookouts].map(({ symbols }) => symbols)
  return Math.max(0, Math.ceil(sumOf(held) / LOOKED_AT_OVER), ...held)
}

const symbolsOf = (group: Group): number => group.symbols + lookedAt(group)

/** How many symbols this one may hold, beside the others of its key. */
function roomOf(max: number, group: Group, seat: Seat): number {
  if (!seat.isLookout) return max - (symbolsOf(group) - seat.symbols)
  const room = max - group.symbols
  const elsewhere = sumOf([...group.lookouts].map(({ symbols }) => symbols)) - seat.symbols
  return Math.min(room, room * LOOKED_AT_OVER - elsewhere)
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)

function resize(group: Group, seat: Seat, symbols: number): void {
  if (!seat.isLookout) group.symbols += symbols - seat.symbols
  seat.symbols = symbols
}

/** One line for all connections of a key from one address, the oldest first. */
function holders(seats: ReadonlySet<Seat>): Holder[] {
  const lines = new Map<string, Holder>()
  for (const { guest, since, symbols, isLookout } of seats) {
    const { keyId, label, address } = guest
    const name = `${keyId} ${address}`
    const line = lines.get(name)
    lines.set(name, {
      key: keyId,
      ...(label !== undefined && { label }),
      address,
      connections: (line?.connections ?? 0) + (isLookout ? 0 : 1),
      symbols: (line?.symbols ?? 0) + symbols,
      since: Math.min(line?.since ?? since, since),
    })
  }
  return [...lines.values()].sort((a, b) => a.since - b.since).slice(0, MOST_NAMED)
}

function join(groups: Map<string, Group>, name: string, seat: Seat): void {
  const group = groups.get(name) ?? { seats: new Set(), lookouts: new Set(), symbols: 0 }
  placesIn(group, seat).add(seat)
  groups.set(name, group)
}

function part(groups: Map<string, Group>, name: string, seat: Seat): void {
  const group = groups.get(name)
  if (!group || !placesIn(group, seat).delete(seat)) return
  resize(group, seat, 0)
  if (group.seats.size + group.lookouts.size === 0) groups.delete(name)
}

const placesIn = ({ seats, lookouts }: Group, { isLookout }: Seat): Set<Seat> => (isLookout ? lookouts : seats)
