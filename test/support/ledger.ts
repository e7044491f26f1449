/** What a client was told of one topic since the ledger was opened, all epochs together. */
export interface Account {
  /** Publications since the first frame; the sum of the next three when the account closes. */
  readonly published: number
  /** Frames that were news, each counted for its newest publication. */
  readonly delivered: number
  /** Publications that such frames stand for besides. */
  readonly folded: number
  /** Publications that gap messages told of. */
  readonly lost: number
  /** Frames that repeated a value; no publications. */
  readonly repeated: number
  /** Publishers that were replaced: nobody knows what is missing at their end. */
  readonly openGaps: number
  /** How far the topic is, as this client knows. */
  readonly epoch: number
  readonly seq: number
  readonly closes: boolean
}

type Json = Readonly<Record<string, unknown>>
type Sums = Record<'published' | 'delivered' | 'folded' | 'lost' | 'repeated' | 'openGaps', number>

/** One topic within one epoch, from its first frame or from a snapshot that went back. */
interface Run {
  readonly epoch: number
  /** The last publication before those of this run. */
  readonly base: number
  /** The last frame's sequence, and where the last gap ends. */
  seq: number
  gapTo: number
  /** Publications delivered, folded or told lost. */
  accounted: number
  /** Publications known to be untold: each is reported once. */
  untold: number
  state: 'open' | 'replaced' | 'left'
}

const zero = (): Sums => ({ published: 0, delivered: 0, folded: 0, lost: 0, repeated: 0, openGaps: 0 })

/**
 * The books of one client that asked for `seq`, `count` and `gap`. Strict: whatever the protocol rules out is an error,
 * with the message that made it, also where the sums would close by chance. At each frame everything before it must be
 * accounted for: a gap is told before the next tick of its topic.
 */
export class Ledger {
  readonly errors: string[] = []
  readonly #topics = new Map<string, { readonly past: Sums; run: Run }>()

  /** One message from the server, text or parsed; an array is a batch. Replies and other notices are passed over. */
  read(message: unknown): void {
    const value: unknown = typeof message === 'string' ? JSON.parse(message) : message
    if (!Array.isArray(value)) {
      this.#one(value as Json)
      return
    }
    if (value.length === 0) this.#wrong('a batch is empty', value)
    for (const one of value as Json[]) {
      if (one.type !== 'market_data') this.#wrong('a batch holds more than ticks', one)
      this.#one(one)
    }
  }

  /** The client has unsubscribed: what comes next begins anew, and what waited or is published meanwhile is nobody's. */
  leave(topic: string): void {
    const entry = this.#topics.get(topic)
    if (entry) entry.run.state = 'left'
  }

  /** From `EXCHANGE:SYMBOL:MODE`, the symbol as it was subscribed, to its account. */
  get accounts(): ReadonlyMap<string, Account> {
    return new Map(
      [...this.#topics].map(([topic, { past, run }]) => {
        const published = past.published + publishedIn(run)
        const { delivered, folded, lost } = past
        const closes = published === delivered + folded + lost
        return [topic, { ...past, published, epoch: run.epoch, seq: positionOf(run), closes }]
      }),
    )
  }

  /** Whether every account closes and nothing was wrong. */
  get closes(): boolean {
    return this.errors.length === 0 && [...this.accounts.values()].every(({ closes }) => closes)
  }

  get total(): Readonly<Sums> {
    const total = zero()
    for (const account of this.accounts.values())
      for (const name of Object.keys(total) as (keyof Sums)[]) total[name] += account[name]
    return total
  }

  #one(message: Json): void {
    if (message.type === 'market_data') this.#frame(message)
    else if (message.type === 'gap') this.#gap(message)
  }

  #frame(message: Json): void {
    const { epoch, seq, count, snapshot } = message
    if (!isWhole(epoch) || !isWhole(seq)) {
      this.#wrong('a frame without its place', message)
      return
    }
    if (!isWhole(count)) {
      this.#wrong('a frame without its count', message)
      return
    }
    if (count > seq) {
      this.#wrong('a frame stands for more than was published', message)
      return
    }
    if (snapshot !== undefined && snapshot !== true) {
      this.#wrong('snapshot is true or absent', message)
      return
    }
    if (count === 0 && !snapshot) {
      this.#wrong('a frame that is no news is no snapshot', message)
      return
    }
    const entry = this.#enter(message, epoch, seq - count)
    if (!entry) return
    const { past } = entry
    if (seq < positionOf(entry.run)) {
      if (!snapshot) {
        this.#wrong(`the sequence goes back from ${positionOf(entry.run)} to ${seq}`, message)
        return
      }
      this.#begin(entry, epoch, seq - count)
    }
    const { run } = entry
    run.seq = seq
    run.accounted += count
    if (count === 0) past.repeated++
    else past.delivered++
    past.folded += Math.max(count - 1, 0)
    this.#check(run, seq, message)
  }

  #gap(message: Json): void {
    const { epoch, from, to, lost } = message
    if (!isWhole(epoch) || !isWhole(from) || from === 0) {
      this.#wrong('a gap without its place', message)
      return
    }
    const isOpen = to === undefined && lost === undefined
    if (!isOpen && (!isWhole(to) || to < from || lost !== to - from + 1)) {
      this.#wrong('a gap whose range and number do not agree', message)
      return
    }
    const entry = this.#enter(message, epoch, from - 1)
    if (!entry) return
    const { past, run } = entry
    if (from <= positionOf(run)) {
      this.#wrong(`a gap from ${from} overlaps what was told up to ${positionOf(run)}`, message)
      return
    }
    if (isOpen) {
      this.#check(run, from - 1, message)
      run.state = 'replaced'
      past.openGaps++
    } else {
      run.gapTo = to as number
      run.accounted += lost as number
      past.lost += lost as number
    }
  }

  /** The books of the topic a message is about, at its epoch; `undefined` when it cannot be of any. */
  #enter(message: Json, epoch: number, base: number): { past: Sums; run: Run } | undefined {
    const { exchange, symbol, mode } = message
    if (typeof exchange !== 'string' || typeof symbol !== 'string' || !isWhole(mode)) {
      this.#wrong('a message of no topic', message)
      return undefined
    }
    const topic = `${exchange}:${symbol}:${mode}`
    const entry = this.#topics.get(topic)
    if (!entry) {
      const fresh = { past: zero(), run: newRun(epoch, base) }
      this.#topics.set(topic, fresh)
      return fresh
    }
    const { run } = entry
    if (epoch < run.epoch) {
      this.#wrong(`the epoch goes back from ${run.epoch} to ${epoch}`, message)
      return undefined
    }
    if (epoch > run.epoch && run.state === 'open')
      this.#wrong('a new epoch without a gap at the end of the old one', message)
    if (epoch === run.epoch && run.state === 'replaced') this.#wrong('a publisher speaks that was replaced', message)
    if (epoch > run.epoch || run.state !== 'open') this.#begin(entry, epoch, base)
    return entry
  }

  #begin(entry: { past: Sums; run: Run }, epoch: number, base: number): void {
    entry.past.published += publishedIn(entry.run)
    entry.run = newRun(epoch, base)
  }

  /** Everything up to `seq` must be accounted for by now, and nothing twice. */
  #check(run: Run, seq: number, message: Json): void {
    const untold = seq - run.base - run.accounted
    if (untold > run.untold) this.#wrong(`${untold - run.untold} publications are missing and were not told`, message)
    if (untold < run.untold) this.#wrong(`${run.untold - untold} publications are told twice`, message)
    run.untold = untold
  }

  #wrong(what: string, message: unknown): void {
    this.errors.push(`${what}: ${JSON.stringify(message)}`)
  }
}

const newRun = (epoch: number, base: number): Run => ({
  epoch,
  base,
  seq: base,
  gapTo: base,
  accounted: 0,
  untold: 0,
  state: 'open',
})

const positionOf = ({ seq, gapTo }: Run): number => Math.max(seq, gapTo)

/** What waited for a client when it left is not part of its books. */
const publishedIn = (run: Run): number =>
  run.state === 'left' ? run.accounted + run.untold : positionOf(run) - run.base

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
