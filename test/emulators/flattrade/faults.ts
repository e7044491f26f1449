import { type Aim, Faults } from '../kit/faults.ts'
import type { NorenConnection } from './connection.ts'
import { orderMessage } from './message.ts'

/** What lasts of this broker's own bad manners. */
export class Manners {
  /** The next so many logins are refused, whatever their token. */
  refusedLogins = 0
  /** `NSE|22`: no word about these. */
  readonly unanswered = new Set<string>()

  /** Asked once for each login. */
  refusesLogin(): boolean {
    if (this.refusedLogins === 0) return false
    this.refusedLogins--
    return true
  }
}

/** What Flattrade alone can be had to. */
export class FlattradeFaults extends Faults {
  readonly #manners: Manners
  readonly #userId: string
  readonly #now: () => number
  readonly #open: () => readonly NorenConnection[]
  readonly #login: () => string

  constructor(
    options: ConstructorParameters<typeof Faults>[0] & {
      readonly manners: Manners
      readonly userId: string
      readonly open: () => readonly NorenConnection[]
      readonly login: () => string
    },
  ) {
    super(options)
    this.#manners = options.manners
    this.#userId = options.userId
    this.#now = () => options.clock.now()
    this.#open = options.open
    this.#login = options.login
  }

  /** Another program opens a connection with the same login: the one there is ends like any other. */
  evict(aim: Aim = {}): void {
    for (const one of this.aimed(aim)) one.end(1000, '')
  }

  /** The same with a login of its own: the older token is good no more. Gives the new one. */
  override loginElsewhere(): { accessToken: string } {
    this.evict()
    return { accessToken: this.#login() }
  }

  /** The next logins are refused, on sockets that stay open. */
  refuseLogin({ times = 1 }: { times?: number | undefined } = {}): void {
    this.#manners.refusedLogins = times
  }

  /** Scrips that no request is answered for. */
  unanswered({ keys }: { keys: readonly string[] }): void {
    for (const key of keys) this.#manners.unanswered.add(key)
  }

  /** An order of the user changed, which those of his connections hear that asked for it. */
  order(fields: object = {}): void {
    const message = orderMessage(this.#userId, this.#now(), fields)
    for (const one of this.#open()) if (one.wantsOrders) one.text(message)
  }

  override async heal(): Promise<void> {
    this.#manners.refusedLogins = 0
    this.#manners.unanswered.clear()
    await super.heal()
  }
}
