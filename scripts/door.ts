import { createServer, type Server, type Socket } from 'node:net'
import type { Turnstile, Visit } from '../proxy/limits/turnstile.ts'
import { type Address, listen } from '../proxy/listen.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { PATIENCE_MS, type ToWorker } from './handover.ts'

/** A connection that no worker has taken yet. */
interface Arrival {
  readonly number: number
  readonly socket: Socket
  readonly visit: Visit
  /** Monotonic milliseconds. */
  readonly at: number
}

/** What the door knows of one worker that is ready. */
export interface Desk {
  readonly id: number
  /** Connections it has. */
  clients: number
  /** The same, by their numbers. */
  readonly visits: Map<number, Visit>
  /** Given to it, and not answered yet: one at a time, so that one that stands still keeps no other from being served. */
  pending: Arrival | undefined
  /** It has let a connection lie, and has said nothing since. */
  silent: boolean
  overdue: Cancel
}

interface DoorParts {
  readonly clock: Clock
  readonly log: Log
  readonly turnstile: Turnstile
  /** Hands something to a worker; `false` when it is gone. */
  readonly give: (id: number, message: ToWorker, socket: Socket) => boolean
}

/** A client that waits longer than this for a worker is better off asking again. */
const WAIT_LIMIT_MS = 10_000
const SWEEP_MS = 1000
const MOST_WAITING = 4096
/** How far a quick worker may be ahead of the emptiest one while that one is busy: connections, or a part of its own. */
const LEAD = 8
const LEAD_PART = 0.1

/**
 * Which worker gets the next connection: the one with the fewest among those that can take one now. `undefined`: wait for
 * one that is busy, or none is there. Pure.
 */
export function choose(desks: Iterable<Readonly<Desk>>): Readonly<Desk> | undefined {
  let fewest = Number.POSITIVE_INFINITY
  let best: Readonly<Desk> | undefined
  for (const desk of desks) {
    if (desk.silent) continue
    fewest = Math.min(fewest, desk.clients)
    if (!desk.pending && desk.clients < (best?.clients ?? Number.POSITIVE_INFINITY)) best = desk
  }
  return best && best.clients <= fewest + Math.max(LEAD, fewest * LEAD_PART) ? best : undefined
}

/**
 * The port that all workers share. Accepts connections, reads nothing of them, and hands each to the worker with the
 * fewest clients. Keeps its own hold on a connection until a worker has said that it took it: one that hangs or dies at
 * that moment costs the client a second, not the connection.
 */
export class Door {
  readonly #parts: DoorParts
  readonly #server: Server
  readonly #desks = new Map<number, Desk>()
  /** Oldest first. */
  readonly #waiting: Arrival[] = []
  readonly #stopSweep: Cancel
  #number = 0

  constructor(parts: DoorParts) {
    this.#parts = parts
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, socket => this.#arrive(socket))
    this.#stopSweep = parts.clock.every(SWEEP_MS, () => this.#sweep())
  }

  /** Throws PORT_TAKEN, or CONFIG_INVALID for an address this machine does not have. */
  listen(address: Address): Promise<Address> {
    return listen(this.#server, address, this.#parts.log)
  }

  /** Connections that wait for a worker. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** A worker is ready. */
  open(id: number): void {
    this.shut(id)
    this.#desks.set(id, { id, clients: 0, visits: new Map(), pending: undefined, silent: false, overdue: () => {} })
    this.#handOut()
  }

  /** A worker is gone; what it had not taken goes to others. */
  shut(id: number): void {
    const desk = this.#desks.get(id)
    if (!desk) return
    this.#desks.delete(id)
    desk.overdue()
    for (const visit of desk.visits.values()) visit.end()
    if (desk.pending && !desk.silent) this.#waiting.unshift(desk.pending)
    this.#handOut()
  }

  /** A worker has answered for a connection. */
  answered(id: number, number: number, taken: boolean): void {
    const desk = this.#desks.get(id)
    const arrival = desk?.pending
    if (!desk || arrival?.number !== number) return
    desk.overdue()
    desk.pending = undefined
    // If it had let it lie, the connection waits for another already.
    if (!taken && !desk.silent) this.#waiting.unshift(arrival)
    if (taken) {
      desk.clients++
      desk.visits.set(number, arrival.visit)
      const waits = this.#waiting.indexOf(arrival)
      if (waits >= 0) this.#waiting.splice(waits, 1)
      arrival.socket.destroy()
    }
    desk.silent = false
    this.#handOut()
  }

  /** Connections a worker had are no more. */
  left(id: number, numbers: readonly number[]): void {
    const desk = this.#desks.get(id)
    if (!desk) return
    desk.clients -= numbers.length
    for (const number of numbers) {
      desk.visits.get(number)?.end()
      desk.visits.delete(number)
    }
    this.#handOut()
  }

  /** Accepts nothing any more, and lets go of what nobody took. */
  close(): void {
    this.#stopSweep()
    this.#server.close()
    this.#parts.turnstile.close()
    for (const { overdue, pending } of this.#desks.values()) {
      overdue()
      pending?.socket.destroy()
    }
    this.#desks.clear()
    for (const one of this.#waiting.splice(0)) dismiss(one)
  }

  #arrive(socket: Socket): void {
    // Whoever gets it sees for himself that it is broken.
    socket.on('error', () => {})
    // The one place that sees every connection, with its address.
    this.#parts.turnstile.arrive(socket, visit => this.#wait(socket, visit))
  }

  #wait(socket: Socket, visit: Visit): void {
    if (this.#waiting.length >= MOST_WAITING) {
      dismiss({ socket, visit })
      return
    }
    this.#waiting.push({ number: this.#number++, socket, visit, at: this.#parts.clock.monotonic() })
    this.#handOut()
  }

  #handOut(): void {
    while (this.#waiting.length > 0) {
      const desk = this.#desks.get(choose(this.#desks.values())?.id ?? Number.NaN)
      if (!desk) return
      const arrival = this.#waiting.shift()
      if (arrival) this.#give(desk, arrival)
    }
  }

  #give(desk: Desk, arrival: Arrival): void {
    const { clock, give } = this.#parts
    const { number, socket } = arrival
    desk.pending = arrival
    desk.overdue = clock.after(PATIENCE_MS, () => this.#overdue(desk, arrival))
    // One that is gone will be shut in a moment, and this goes to another then.
    give(desk.id, { kind: 'connection', number, sentAt: clock.now() }, socket)
  }

  #overdue(desk: Desk, arrival: Arrival): void {
    desk.silent = true
    this.#parts.log.warn({ worker: desk.id }, 'a worker let a connection lie; it goes to another')
    this.#waiting.unshift(arrival)
    this.#handOut()
  }

  #sweep(): void {
    const oldest = this.#parts.clock.monotonic() - WAIT_LIMIT_MS
    while ((this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY) < oldest) {
      const late = this.#waiting.shift()
      if (late) dismiss(late)
    }
  }
}

function dismiss({ socket, visit }: Pick<Arrival, 'socket' | 'visit'>): void {
  socket.destroy()
  visit.end()
}
