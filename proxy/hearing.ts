import type { Access, Identity } from './access.ts'
import type { Outbox } from './fanout/outbox.ts'
import type { Orders } from './orders.ts'
import type { RequestId } from './protocol.ts'
import { noOrders } from './refusals.ts'
import { errorReply, ordersReply } from './replies.ts'

/** Whether one client hears what becomes of its user's orders: from its asking for it to its end, while its key may. */
export class Hearing {
  readonly #rooms: HearingRooms
  readonly #outbox: Outbox
  /** `undefined` while it hears nothing. */
  #leave: (() => void) | undefined

  constructor(rooms: HearingRooms, outbox: Outbox) {
    this.#rooms = rooms
    this.#outbox = outbox
  }

  get isOpen(): boolean {
    return this.#leave !== undefined
  }

  /** Also of feeds that the user gets later. */
  begin(identity: Identity, requestId: RequestId): void {
    const { access, orders } = this.#rooms
    if (!access.allows(identity, 'orders')) {
      this.#refuse(identity, requestId)
      return
    }
    this.#outbox.say(ordersReply('subscribe_orders', requestId))
    this.#leave ??= orders.join(identity.userId, this.#outbox)
  }

  /** Ends it when the key may no longer; says so to who `isTold`. */
  recheck(identity: Identity, { isTold }: { isTold: boolean }): void {
    if (!this.isOpen || this.#rooms.access.allows(identity, 'orders')) return
    this.end()
    if (isTold) this.#refuse(identity, undefined)
  }

  end(): void {
    this.#leave?.()
    this.#leave = undefined
  }

  #refuse(identity: Identity, requestId: RequestId): void {
    this.#outbox.say(errorReply(noOrders(identity), requestId))
  }
}

interface HearingRooms {
  readonly access: Pick<Access, 'allows'>
  readonly orders: Pick<Orders, 'join'>
}
