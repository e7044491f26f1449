import { effect, signal, untracked } from '@preact/signals'
import type { Cancel, PageClock } from './clock.ts'
import type { Name } from './names.ts'
import { troubleOf } from './session.ts'
import type { Link } from './stream.ts'

export interface PollState {
  /** Milliseconds since 1970; absent: none has come yet. */
  readonly lastAt?: number
  /** Why the last one did not come. */
  readonly trouble?: string
}

interface PollingParts {
  readonly clock: Pick<PageClock, 'now' | 'after'>
  readonly link: { readonly value: Link }
  /** Handshakes of the stream that failed in a row while requests were answered. */
  readonly blocked: { readonly value: number }
  readonly isShown: { readonly value: boolean }
  readonly names: () => Name[]
  readonly take: (names: Name[]) => Promise<void>
}

const POLL_MS = 2000
/** One that failed may be bad luck. */
const BLOCKED_AFTER = 2

/** Slow prices over HTTP while no WebSocket comes through. The stream goes on trying; once it is there, this ends. */
export class Polling {
  /** `undefined`: the stream does it. */
  readonly state = signal<PollState | undefined>(undefined)
  readonly #parts: PollingParts
  #planned: Cancel | undefined
  #isAsking = false

  constructor(parts: PollingParts) {
    this.#parts = parts
    const { link, blocked, isShown } = parts
    effect(() => {
      const { phase } = link.value
      const isWanted = blocked.value >= BLOCKED_AFTER && phase !== 'open' && phase !== 'off'
      if (!isWanted) this.#end()
      else if (isShown.value) untracked(() => this.#begin())
      else this.#planned?.()
    })
  }

  #begin(): void {
    this.state.value = this.state.peek() ?? {}
    if (!this.#isAsking) void this.#ask()
  }

  #end(): void {
    this.#planned?.()
    this.state.value = undefined
  }

  async #ask(): Promise<void> {
    const { clock, names, take, isShown } = this.#parts
    this.#planned?.()
    this.#isAsking = true
    try {
      await take(names())
      if (this.state.peek()) this.state.value = { lastAt: clock.now() }
    } catch (error) {
      if (this.state.peek()) this.state.value = { ...this.state.peek(), trouble: troubleOf(error) }
    }
    this.#isAsking = false
    if (this.state.peek() && isShown.value) this.#planned = clock.after(POLL_MS, () => void this.#ask())
  }
}
