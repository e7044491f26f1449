import { type Aim, Faults } from '../kit/faults.ts'
import type { KiteConnection } from './connection.ts'
import { postbackOf } from './session.ts'

/** What Kite alone can be had to: its texts. */
export class KiteFaults extends Faults {
  readonly #userId: string
  readonly #now: () => number
  readonly #open: () => readonly KiteConnection[]

  constructor(
    options: ConstructorParameters<typeof Faults>[0] & {
      readonly userId: string
      readonly open: () => readonly KiteConnection[]
    },
  ) {
    super(options)
    this.#userId = options.userId
    this.#now = () => options.clock.now()
    this.#open = options.open
  }

  textError(options: Aim & { text: string }): void {
    for (const one of this.aimed(options)) one.text({ type: 'error', data: options.text })
  }

  /** The broker's own words to a person. */
  textMessage(options: Aim & { text: string }): void {
    for (const one of this.aimed(options)) one.text({ type: 'message', data: options.text })
  }

  /** An order of the user changed, which his connections hear without asking. */
  order(fields: object = {}): void {
    const data = postbackOf(this.#userId, this.#now(), fields)
    for (const one of this.#open()) if (one.visitor?.userId === this.#userId) one.text({ type: 'order', data })
  }
}
