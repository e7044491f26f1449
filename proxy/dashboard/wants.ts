import type { Cancel, PageClock } from './clock.ts'
import { type Name, partsOf } from './names.ts'
import type { Mode } from './protocol.ts'

interface Want {
  readonly name: Name
  readonly mode: Mode
  /** How many hold it with so many levels. The server has one subscription of a mode, and so one depth. */
  readonly holders: Map<number, number>
  /** Levels of the deepest one held; of the last one, while nobody holds it. */
  depth: number
  /** Since nobody holds it, monotonic. */
  idleSince: number | undefined
}

type Send = (message: object) => boolean

/** Who scrolls past a row and back again takes no new subscription. */
const GRACE_MS = 3000
/** What many rows ask for in one turn goes out as one message. */
const GATHER_MS = 60
/** Messages are counted: a list that is scrolled for long takes leave of its rows together. */
const LEAVE_MS = 1000

/**
 * What the page holds on the stream: the visible rows, the book and the chart that are open. Owner of the difference
 * between that and what the server was told; says all of it again on a new connection.
 */
export class Wants {
  readonly #clock: Pick<PageClock, 'after' | 'monotonic'>
  readonly #send: Send
  readonly #wants = new Map<string, Want>()
  /** What the server was told of this connection, with how many levels. */
  readonly #told = new Map<string, number>()
  readonly #onGone: (name: Name, mode: Mode) => void
  #planned: { readonly at: number; readonly cancel: Cancel } | undefined
  #leftAt = Number.NEGATIVE_INFINITY

  /** `onGone` hears of what nobody holds any more, once its grace is over. */
  constructor(
    clock: Pick<PageClock, 'after' | 'monotonic'>,
    send: Send,
    onGone: (name: Name, mode: Mode) => void = () => {},
  ) {
    this.#clock = clock
    this.#send = send
    this.#onGone = onGone
  }

  /** Subscriptions, instruments times modes. */
  get size(): number {
    return this.#told.size
  }

  /** Instruments that somebody looks at. */
  names(): Name[] {
    return [...new Set([...this.#wants.values()].filter(one => one.holders.size > 0).map(({ name }) => name))]
  }

  /** Until the returned function is called, the stream gives this. `depth`: levels, of mode Depth. */
  hold(name: Name, mode: Mode, depth = 5): Cancel {
    const key = `${mode} ${name}`
    const want = this.#wants.get(key) ?? { name, mode, holders: new Map(), depth, idleSince: undefined }
    this.#wants.set(key, want)
    want.holders.set(depth, (want.holders.get(depth) ?? 0) + 1)
    want.depth = Math.max(...want.holders.keys())
    want.idleSince = undefined
    this.#plan(GATHER_MS)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      const others = (want.holders.get(depth) ?? 0) - 1
      if (others > 0) want.holders.set(depth, others)
      else want.holders.delete(depth)
      if (want.holders.size > 0) {
        want.depth = Math.max(...want.holders.keys())
        this.#plan(GATHER_MS)
      } else {
        want.idleSince = this.#clock.monotonic()
        this.#plan(GRACE_MS)
      }
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

  /** The grace of what goes does not hold back what comes. */
  #plan(ms: number): void {
    const at = this.#clock.monotonic() + ms
    if (this.#planned && this.#planned.at <= at) return
    this.#planned?.cancel()
    this.#planned = { at, cancel: this.#clock.after(ms, () => this.#settle()) }
  }

  #settle(): void {
    this.#planned?.cancel()
    this.#planned = undefined
    const now = this.#clock.monotonic()
    let waitMs = Number.POSITIVE_INFINITY
    const gone: Want[] = []
    const fresh: Want[] = []
    for (const [key, want] of this.#wants) {
      if (want.idleSince === undefined) {
        if (this.#told.get(key) !== want.depth) fresh.push(want)
        continue
      }
      const dueMs = Math.max(want.idleSince + GRACE_MS, this.#leftAt + LEAVE_MS) - now
      // Who flew past before the server was told of him is forgotten at once.
      if (dueMs > 0 && this.#told.has(key)) waitMs = Math.min(waitMs, dueMs)
      else {
        this.#wants.delete(key)
        if (this.#told.delete(key)) gone.push(want)
        this.#onGone(want.name, want.mode)
      }
    }
    if (gone.length > 0) {
      this.#leftAt = now
      this.#send({ action: 'unsubscribe', symbols: gone.map(itemOf) })
    }
    for (const group of alike(fresh)) this.#subscribe(group)
    if (waitMs < Number.POSITIVE_INFINITY) this.#plan(waitMs)
  }

  #subscribe(group: readonly Want[]): void {
    const [first] = group
    if (!first) return
    const { mode, depth } = first
    const symbols = group.map(({ name }) => partsOf(name))
    if (!this.#send({ action: 'subscribe', symbols, mode, ...(mode === 'Depth' && { depth }) })) return
    for (const want of group) this.#told.set(`${want.mode} ${want.name}`, depth)
  }
}

const itemOf = ({ name, mode }: Want): object => ({ ...partsOf(name), mode })

/** Mode and depth are said once for a whole message. */
function alike(wants: readonly Want[]): Iterable<readonly Want[]> {
  const groups = new Map<string, Want[]>()
  for (const want of wants) {
    const kind = `${want.mode} ${want.depth}`
    const group = groups.get(kind)
    if (group) group.push(want)
    else groups.set(kind, [want])
  }
  return groups.values()
}
