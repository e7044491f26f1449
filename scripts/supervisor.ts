import type { Clock } from '../shared/clock.ts'
import { CLIENTS_GRACE_MS, CLOSE_GRACE_MS, type Ending, type ProcessDetails } from '../shared/process.ts'
import { Child, type ChildSpec } from './child.ts'
import type { ChildKind, Happening, UpFacts } from './facts.ts'

const EVENTS_KEPT = 50
/** After the proxy, whose clients are let go first. The bus is last: nobody ever talks to one that is gone, nor to a broker. */
const STOP_ORDER: readonly ChildKind[] = ['adapter', 'emulators', 'bus']
/** What is left of the grace for the last to stop. */
const SHORTEST_GRACE_MS = 500

/** All processes of one `tickwire up`: which there are, what became of them, and how to end them in order. */
export class Supervisor {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #onChange: (happening?: Happening) => void
  readonly #children = new Map<string, Child>()
  readonly #events: Happening[] = []

  /**
   * `onChange` hears of every change after it shows in `facts()`: with a happening when a process changed its state,
   * without one when a process was started, which is no news before it is ready, or forgotten.
   */
  constructor(clock: Clock, onChange: (happening?: Happening) => void) {
    this.#clock = clock
    this.#startedAt = clock.now()
    this.#onChange = onChange
  }

  /** Starts a process that is not there yet. Resolves when it is ready; rejects when its first start fails. */
  start(spec: ChildSpec): Promise<void> {
    const child = new Child(spec, this.#clock, text => this.#happened(spec.name, text))
    this.#children.set(spec.name, child)
    this.#onChange()
    return child.ready
  }

  /** Ends one process and forgets it; resolves when it is gone. */
  async stop(name: string): Promise<void> {
    const child = this.#children.get(name)
    await child?.stop(CLOSE_GRACE_MS)
    if (!child || this.#children.get(name) !== child) return
    this.#children.delete(name)
    this.#onChange()
  }

  /** What a process said of itself when it was last ready. */
  details(name: string): ProcessDetails {
    return this.#children.get(name)?.details ?? {}
  }

  facts(): UpFacts {
    const children = [...this.#children.values()].map(child => child.facts())
    return { pid: process.pid, startedAt: this.#startedAt, children, events: [...this.#events] }
  }

  /**
   * Ends all, in order: what has clients within the grace of those, the rest within that of one process; then kills.
   * `ending`: what clients are told.
   */
  async close(ending?: Ending): Promise<void> {
    await this.#stop('proxy', CLIENTS_GRACE_MS, ending)
    const deadline = this.#clock.monotonic() + CLOSE_GRACE_MS
    for (const kind of STOP_ORDER) {
      await this.#stop(kind, Math.max(deadline - this.#clock.monotonic(), SHORTEST_GRACE_MS))
    }
  }

  /** Processes of this kind read again what may change while they run. */
  reload(kind: ChildKind): void {
    for (const child of this.#children.values()) if (child.spec.kind === kind) child.reload()
  }

  /** Ends all at once, without a word to anybody. */
  kill(): void {
    for (const child of this.#children.values()) child.kill()
  }

  async #stop(kind: ChildKind, graceMs: number, ending?: Ending): Promise<void> {
    const those = [...this.#children.values()].filter(child => child.spec.kind === kind)
    await Promise.all(those.map(child => child.stop(graceMs, ending)))
  }

  #happened(name: string, text: string | undefined): void {
    if (text === undefined) {
      this.#onChange()
      return
    }
    const happening: Happening = { at: this.#clock.now(), name, text }
    this.#events.push(happening)
    if (this.#events.length > EVENTS_KEPT) this.#events.shift()
    this.#onChange(happening)
  }
}
