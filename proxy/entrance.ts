import { createServer, type Server, type Socket } from 'node:net'
import type { Cancel, Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Turnstile } from './limits/turnstile.ts'
import { type Address, listen } from './listen.ts'

interface EntranceParts {
  readonly clock: Clock
  readonly log: Log
  readonly turnstile: Turnstile
  /** Takes a connection nothing has been read of. */
  readonly admit: (socket: Socket) => void
}

/** What letting in may take of one turn of the event loop: prices wait meanwhile. */
const TURN_MS = 2
/** After a turn that took longer, handshakes of those just let in included, one at a time is enough: prices come first. */
const SLOW_TURN_MS = 20

/**
 * The port of a proxy that is one process. The kernel hands over in one go all that wait there, thousands after a
 * restart: they are taken, which is cheap, and let in a few in each turn, so that those who are in already get their prices.
 */
export class Entrance {
  readonly #parts: EntranceParts
  readonly #server: Server
  /** Oldest first, from `#at` on. */
  #waiting: Socket[] = []
  #at = 0
  #scheduled: Cancel | undefined
  /** When the last turn of letting in was over, monotonic milliseconds. */
  #endedAt = Number.POSITIVE_INFINITY

  constructor(parts: EntranceParts) {
    this.#parts = parts
    const options = { pauseOnConnect: true, allowHalfOpen: true, noDelay: true }
    this.#server = createServer(options, socket => this.#arrive(socket))
  }

  /** Throws PORT_TAKEN, or CONFIG_INVALID for an address this machine does not have. */
  listen(address: Address): Promise<Address> {
    return listen(this.#server, address, this.#parts.log)
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#server.close()
    this.#parts.turnstile.close()
    this.#scheduled?.()
    // Who is in already is no concern of the port any more.
    for (const socket of this.#waiting.splice(this.#at)) socket.destroy()
  }

  #arrive(socket: Socket): void {
    socket.on('error', () => {})
    this.#parts.turnstile.arrive(socket, visit => {
      socket.once('close', () => visit.end())
      this.#waiting.push(socket)
      // Not in this turn: the kernel may hand over thousands in it.
      this.#scheduled ??= this.#parts.clock.soon(this.#letIn)
    })
  }

  readonly #letIn = (): void => {
    const { clock, admit } = this.#parts
    const now = clock.monotonic()
    const until = now - this.#endedAt > SLOW_TURN_MS ? now : now + TURN_MS
    do {
      const socket = this.#waiting[this.#at++]
      if (!socket) break
      admit(socket)
      socket.resume()
    } while (clock.monotonic() < until)
    this.#endedAt = clock.monotonic()
    const isOver = this.#at >= this.#waiting.length
    if (isOver) {
      this.#waiting = []
      this.#at = 0
      // Nobody waits: how long it is until somebody comes says nothing.
      this.#endedAt = Number.POSITIVE_INFINITY
    }
    this.#scheduled = isOver ? undefined : clock.soon(this.#letIn)
  }
}
