import type { Cancel, PageClock } from './clock.ts'
import { type Name, nameOf, partsOf } from './names.ts'
import type { Mode, SubscribeReply } from './protocol.ts'

interface Want {
  readonly name: Name
  readonly mode: Mode
  /** How many hold it with so many levels. The server has one subscription of a mode, and so one depth. */
  readonly holders: Map<number, number>
  /** Levels of the deepest one held; of the last one, while nobody holds it. */
  depth: number
  /** Since nobody holds it, monotonic. */
  idleSince: number | undefined
  /** The server said no, so often in a row. */
  refusals: number
  /** Not asked for again before, monotonic. */
  askAt: number
}

type Send = (message: object) => boolean

/** Who scrolls past a row and back again takes no new subscription. */
const GRACE_MS = 3000
/** What many rows ask for in one turn goes out as one message. */
const GATHER_MS = 60
/** Messages are counted: a list that is scrolled for long takes leave of its rows together. */
const LEAVE_MS = 1000
/** What was refused is asked for again: limits are raised, lists get loaded. Later each time. */
const REFUSED_MS = 5000
const LONGEST_REFUSED_MS = 60_000

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
  /** What the server has not answered yet. */
  readonly #open = new Set<string>()
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
    return [...new Set(this.#looked().map(({ name }) => name))]
  }

  /** Those of them that the stream may bring. */
  held(): Set<Name> {
    return new Set(this.#looked().flatMap(({ name, refusals }) => (refusals === 0 ? name : [])))
  }

  /** Until the returned function is called, the stream gives this. `depth`: levels, of mode Depth. */
  hold(name: Name, mode: Mode, depth = 5): Cancel {
    const key = `${mode} ${name}`
    const want = this.#wants.get(key) ?? fresh(name, mode, depth)
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
    this.disconnected()
    this.#settle()
  }

  disconnected(): void {
    this.#told.clear()
    this.#open.clear()
    for (const want of this.#wants.values()) want.askAt = Number.NEGATIVE_INFINITY
  }

  /** What the server said to each; gives those of which now nothing comes, with why. A refusal does not say of which mode. */
  answered({ subscriptions }: Pick<SubscribeReply, 'subscriptions'>): Map<Name, string> {
    const refused = new Map<Name, string>()
    for (const { status, mode, message, ...parts } of subscriptions) {
      const name = nameOf(parts)
      if (status === 'error') {
        if (this.#refuse(one => one.name === name).has(name)) refused.set(name, message ?? 'refused')
        continue
      }
      const key = `${String(mode)} ${name}`
      const want = this.#wants.get(key)
      if (this.#open.delete(key) && want) want.refusals = 0
    }
    return refused
  }

  /** A whole message was refused, nobody knows which: all that is not answered yet. */
  refused(): Set<Name> {
    return this.#refuse(() => true)
  }

  #looked(): Want[] {
    return [...this.#wants.values()].filter(({ holders }) => holders.size > 0)
  }

  #refuse(isMeant: (want: Want) => boolean): Set<Name> {
    const names = new Set<Name>()
    for (const key of this.#open) {
      const want = this.#wants.get(key)
      if (want && !isMeant(want)) continue
      this.#open.delete(key)
      this.#told.delete(key)
      if (!want) continue
      const waitMs = Math.min(LONGEST_REFUSED_MS, REFUSED_MS * 2 ** want.refusals)
      want.refusals++
      want.askAt = this.#clock.monotonic() + waitMs
      this.#plan(waitMs)
      names.add(want.name)
    }
    // What another mode of it brings goes on.
    for (const name of names) if (this.held().has(name)) names.delete(name)
    return names
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
    const asked: Want[] = []
    for (const [key, want] of this.#wants) {
      if (want.idleSince === undefined) {
        if (this.#told.get(key) === want.depth) continue
        if (want.askAt <= now) asked.push(want)
        else waitMs = Math.min(waitMs, want.askAt - now)
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
    for (const group of alike(asked)) this.#subscribe(group)
    if (waitMs < Number.POSITIVE_INFINITY) this.#plan(waitMs)
  }

  #subscribe(group: readonly Want[]): void {
    const [first] = group
    if (!first) return
    const { mode, depth } = first
    const symbols = group.map(({ name }) => partsOf(name))
    if (!this.#send({ action: 'subscribe', symbols, mode, ...(mode === 'Depth' && { depth }) })) return
    for (const want of group) {
      const key = `${want.mode} ${want.name}`
      this.#told.set(key, depth)
      this.#open.add(key)
    }
  }
}

const fresh = (name: Name, mode: Mode, depth: number): Want => ({
  name,
  mode,
  holders: new Map(),
  depth,
  idleSince: undefined,
  refusals: 0,
  askAt: Number.NEGATIVE_INFINITY,
})

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
