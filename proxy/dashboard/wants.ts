import type { Cancel, PageClock } from './clock.ts'
import { type Name, partsOf } from './names.ts'
import type { Mode } from './protocol.ts'

interface Want {
  readonly name: Name
  readonly mode: Mode
  readonly depth: number
  holders: number
  /** Since nobody holds it, monotonic. */
  idleSince: number | undefined
}

type Send = (message: object) => boolean

/** Who scrolls past a row and back again takes no new subscription. */
const GRACE_MS = 3000
/** What many rows ask for in one turn goes out as one message. */
const GATHER_MS = 60

/**
 * What the page holds on the stream: the visible rows, the book and the chart that are open. Owner of the difference
 * between that and what the server was told; says all of it again on a new connection.
 */
export class Wants {
  readonly #clock: Pick<PageClock, 'after' | 'monotonic'>
  readonly #send: Send
  readonly #wants = new Map<string, Want>()
  /** What the server was told of this connection. */
  readonly #told = new Set<string>()
  readonly #onChange: () => void
  #planned: Cancel | undefined

  constructor(clock: Pick<PageClock, 'after' | 'monotonic'>, send: Send, onChange: () => void = () => {}) {
    this.#clock = clock
    this.#send = send
    this.#onChange = onChange
  }

  /** Subscriptions, instruments times modes. */
  get size(): number {
    return this.#told.size
  }

  /** Instruments that somebody looks at. */
  names(): Name[] {
    return [...new Set([...this.#wants.values()].filter(one => one.holders > 0).map(({ name }) => name))]
  }

  /** Until the returned function is called, the stream gives this. `depth`: levels, of mode Depth. */
  hold(name: Name, mode: Mode, depth = 5): Cancel {
    const key = `${mode} ${depth} ${name}`
    const want = this.#wants.get(key) ?? { name, mode, depth, holders: 0, idleSince: undefined }
    this.#wants.set(key, want)
    want.holders++
    want.idleSince = undefined
    this.#plan(GATHER_MS)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      want.holders--
      if (want.holders > 0) return
      want.idleSince = this.#clock.monotonic()
      this.#plan(GRACE_MS)
    }
  }

  /** A new connection knows of nothing. */
  connected(): void {
    this.#told.clear()
    this.#settle()
  }

  disconnected(): void {
    this.#told.clear()
  }

  #plan(ms: number): void {
    this.#planned?.()
    this.#planned = this.#clock.after(ms, () => this.#settle())
  }

  #settle(): void {
    this.#planned?.()
    this.#planned = undefined
    const now = this.#clock.monotonic()
    let waitMs = Number.POSITIVE_INFINITY
    const gone: Want[] = []
    const fresh: Want[] = []
    for (const [key, want] of this.#wants) {
      const idleMs = want.idleSince === undefined ? undefined : now - want.idleSince
      if (idleMs !== undefined && idleMs >= GRACE_MS) {
        this.#wants.delete(key)
        if (this.#told.delete(key)) gone.push(want)
      } else {
        if (idleMs !== undefined) waitMs = Math.min(waitMs, GRACE_MS - idleMs)
        if (!this.#told.has(key)) fresh.push(want)
      }
    }
    if (gone.length > 0) this.#send({ action: 'unsubscribe', symbols: gone.map(itemOf) })
    if (fresh.length > 0 && this.#send({ action: 'subscribe', symbols: fresh.map(itemOf) }))
      for (const want of fresh) this.#told.add(`${want.mode} ${want.depth} ${want.name}`)
    if (waitMs < Number.POSITIVE_INFINITY) this.#plan(waitMs)
    this.#onChange()
  }
}

const itemOf = ({ name, mode, depth }: Want): object => ({
  ...partsOf(name),
  mode,
  ...(mode === 'Depth' && { depth }),
})
