import type { Cancel, Clock } from '../../shared/clock.ts'
import type { FeedState } from '../../shared/control.ts'
import type { Audience } from './audience.ts'
import type { Publisher } from './publisher.ts'
import { refusalsOf } from './refused.ts'
import { type Condition, nameOf, type States } from './states.ts'

interface PresenceParts {
  readonly audience: Audience
  readonly publisher: Publisher
  readonly states: States
  readonly clock: Clock
}

const LOOK_MS = 1000
/** A source says by its ticks alone that it lives; a thin instrument may say little. */
const QUIET_MICROS = 60_000_000

/** Of a feed with a source: how each wanted instrument stands. No calendar knows when a source ought to tick. */
export class Presence {
  readonly #parts: PresenceParts
  readonly #stop: Cancel
  #feed: Condition | undefined = { state: 'accepted', reason: 'the source starts' }

  constructor(parts: PresenceParts) {
    this.#parts = parts
    this.#stop = parts.clock.every(LOOK_MS, () => this.#look())
    parts.audience.listen(() => this.#look())
  }

  /** How the feed is. */
  enter(state: FeedState, reason: string | undefined): void {
    const why = reason === undefined ? {} : { reason }
    this.#feed = state === 'live' ? undefined : { state: state === 'starting' ? 'accepted' : 'down', ...why }
    this.#look()
  }

  close(): void {
    this.#stop()
  }

  #look(): void {
    const { audience, states, clock } = this.#parts
    const now = clock.micros()
    const wanted = new Set<string>()
    for (const instrument of audience.instruments().keys()) {
      const name = nameOf(instrument)
      wanted.add(name)
      const at = this.#parts.publisher.receivedAt(instrument)
      states.put(name, instrument, this.#feed ?? judge(at, now))
    }
    for (const [name, { condition }] of refusalsOf([], audience.rejected())) {
      // What is wanted in another mode as well has its own state.
      if (wanted.has(name)) continue
      wanted.add(name)
      states.put(name, undefined, condition)
    }
    states.keep(name => wanted.has(name))
  }
}

function judge(receivedAt: number | undefined, now: number): Condition {
  if (receivedAt === undefined) return { state: 'confirmed' }
  return now - receivedAt < QUIET_MICROS ? { state: 'live' } : { state: 'quiet', reason: 'it has little to say' }
}
