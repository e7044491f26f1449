import { type Aim, Faults } from '../kit/faults.ts'
import type { Stream } from '../kit/stream.ts'
import type { AngelAccount } from './account.ts'
import { type OrderConnection, orderMessage } from './orders.ts'
import type { BadHeader } from './refusal.ts'

/** What goes wrong at Angel One alone until it is healed. */
export interface Manners {
  /** So many handshakes are turned down with 401 and these words. */
  badHeader: { readonly which: BadHeader; times: number } | undefined
  /** So many handshakes are cut without an answer. */
  cuts: number
}

export const goodManners = (): Manners => ({ badHeader: undefined, cuts: 0 })

/** What Angel One alone can be had to. */
export class AngelFaults extends Faults {
  readonly #account: AngelAccount
  readonly #orders: Stream<OrderConnection>
  readonly #manners: Manners

  constructor(
    options: ConstructorParameters<typeof Faults>[0] & {
      readonly account: AngelAccount
      readonly orders: Stream<OrderConnection>
      readonly manners: Manners
    },
  ) {
    super(options)
    this.#account = options.account
    this.#orders = options.orders
    this.#manners = options.manners
  }

  /** A request was refused, says a text among the ticks. */
  textError(options: Aim & { code?: string | undefined; text?: string | undefined } = {}): void {
    const { code: errorCode = 'E1002', text: errorMessage = 'Invalid Request. Subscription Limit Exceeded.' } = options
    for (const one of this.aimed({ stream: 'stream', ...options }))
      one.text({ correlationID: 'abcde12345', errorCode, errorMessage })
  }

  /** One byte 0, which means nothing. */
  strayByte(aim: Aim = {}): void {
    for (const one of this.aimed(aim)) one.raw(Buffer.from([0]))
  }

  /** The next handshakes of the stream are told which header is not right. */
  badHeader(options: { which?: BadHeader | undefined; times?: number | undefined } = {}): void {
    this.#manners.badHeader = { which: options.which ?? 'Auth token', times: options.times ?? 1 }
  }

  /** The next handshakes of the stream are cut without an answer, as those are that come too quickly. */
  cutHandshakes(options: { times?: number | undefined } = {}): void {
    this.#manners.cuts = options.times ?? 1
  }

  /** Tokens cannot be renewed any more: a person has to type a code. */
  endRefresh(): void {
    this.#account.endRefresh()
  }

  /** Something became of an order of the account. */
  order(fields: object = {}): void {
    for (const one of this.#orders.open) one.text(orderMessage(this.#account.userId, fields))
  }

  override async heal(): Promise<void> {
    Object.assign(this.#manners, goodManners())
    await super.heal()
  }
}
