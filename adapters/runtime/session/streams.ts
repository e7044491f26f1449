import { TickwireError } from '../../../shared/errors.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { OrderUpdate } from '../../../shared/market/order.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { textsOf } from '../../../shared/redaction.ts'
import type { Failure, SessionAdapter, Stream } from '../../contract.ts'
import { guardError } from '../../redaction.ts'
import type { Union } from '../union.ts'
import { LOGIN_UNANSWERED } from './connection.ts'
import type { LinkView, MarketSignal } from './link.ts'
import { Links, type LinksParts, type Usage } from './links.ts'
import { Merge } from './merge.ts'
import { Side, type SideParts } from './side.ts'
import { Sockets } from './sockets.ts'
import type { Grant } from './tickets.ts'

/** What the broker says of its login's end and what it does agree: to ask once more would say nothing new. */
export const LOGIN_OVER = 'the time of the login is over, and the broker does not answer it'
/** People are to know within five seconds that they have to log in, the pause before the dial included. */
const OVER_PATIENCE_MS = 3000

interface StreamsListener {
  /** The state of a connection is another. */
  changed(): void
  /**
   * What is known now of an instrument that is wanted, without what only repeats it. Microseconds. `isChange`: a change of
   * what was said before, not all of it. `proves`: the kind of socket that has to bring the instrument's prices said it.
   */
  ticked(instrument: Instrument, tick: Tick | undefined, receivedAt: number, isChange: boolean, proves: boolean): void
  /** The broker does not take these, which it has to bring the prices of. */
  rejected(instruments: readonly Instrument[], reason: string): void
  /** The broker was told something. */
  told(): void
  ordered(order: OrderUpdate): void
  /** Values of these are of the past; of `dark` the connection that has to bring them is no more. */
  lost(instruments: readonly Instrument[], dark: readonly Instrument[]): void
  /** A main connection is open, and was told to carry what it has to. */
  opened(): void
  /** The broker takes the session no more. */
  refused(error: TickwireError): void
}

interface StreamsParts
  extends Omit<LinksParts, 'stream' | 'dial' | 'classify' | 'keepsOne' | 'listener'>,
    Pick<SideParts, 'phaseAt'> {
  /** Name of the feed. */
  readonly account: string
  readonly adapter: SessionAdapter
  /** As the adapter's own schema gives them. */
  readonly settings: unknown
  /** What to connect with; nothing while there is no session. */
  readonly session: () => Pick<Grant, 'ticket' | 'expiresAt'> | undefined
  readonly listener: StreamsListener
}

/**
 * All sockets of an account, of every kind: gives each what it has to carry, and makes one tick of what they say of an
 * instrument together. The main kind proves the session; the others follow it.
 */
export class Streams {
  readonly #parts: StreamsParts
  readonly #main: Links
  readonly #sides: readonly Side[]
  readonly #merge: Merge
  #wanted: Union = new Map()
  /** All of them, by number. */
  readonly sockets: Sockets

  constructor(parts: StreamsParts) {
    this.#parts = parts
    const { adapter, capture, listener } = parts
    this.#merge = new Merge(adapter.sources)
    this.#main = new Links({
      ...parts,
      stream: adapter,
      keepsOne: true,
      dial: () => this.#dial(adapter),
      classify: failure => this.#classify(adapter, failure),
      listener: {
        ...this.#listener(0),
        opened: () => {
          for (const side of this.#sides) side.start()
          listener.opened()
        },
        refused: error => listener.refused(error),
      },
    })
    // On a tape every connection of the account has a number of its own.
    let numbers = adapter.limits.connections
    this.#sides = (adapter.siblings ?? []).map((sibling, place) => {
      const before = numbers
      numbers += sibling.limits.connections
      return new Side({
        ...parts,
        sibling,
        dial: () => this.#dial(sibling),
        classify: failure => this.#classify(sibling, failure),
        capture: capture && ((connection, frame, at) => capture(before + connection, frame, at)),
        listener: this.#listener(place + 1),
      })
    })
    let before = 0
    const kinds = [adapter, ...(adapter.siblings ?? [])].map(({ limits }, place) => {
      const kind = { links: this.#sides[place - 1]?.links ?? this.#main, before }
      before += limits.connections
      return kind
    })
    this.sockets = new Sockets(kinds, instrument => this.#kindOf(instrument))
  }

  /** Of the main connections. */
  views(): LinkView[] {
    return this.#main.views()
  }

  /** Whether a main connection is open, be it silent. */
  get isOpen(): boolean {
    return this.#main.isOpen
  }

  /** How much of what the account may have is used: of the main connections first. */
  usages(): readonly [Usage, ...Usage[]] {
    return [this.#main.usage(), ...this.#sides.map(side => side.usage())]
  }

  /** Deep books come over sockets that do not bring them: whoever asks for one gets five levels. */
  get lacksBooks(): boolean {
    return this.#sides.some(side => side.isVain && side.usage().books.limit > 0)
  }

  /** What a person should know of the others, a line each. */
  troubles(): readonly string[] {
    return this.#sides.flatMap(side => side.trouble() ?? [])
  }

  /** Replaces what has to be carried. True when something was added. */
  carry(union: Union): boolean {
    const { adapter } = this.#parts
    this.#wanted = union
    for (const [place, side] of this.#sides.entries()) side.carry(shareOf(union, adapter.siblings?.[place] ?? {}))
    return this.#main.carry(shareOf(union, adapter))
  }

  start(): void {
    this.#main.start()
  }

  stop(): void {
    this.#main.stop()
    for (const side of this.#sides) side.stop()
  }

  /** Cuts what is connected and connects again at once: what is in the sockets is no longer trusted. */
  restart(): void {
    this.#main.restart()
    for (const side of this.#sides) side.restart()
  }

  #dial({ session }: Stream<unknown, unknown>) {
    const grant = this.#parts.session()
    if (!grant) return undefined
    const dial = session.dial(this.#parts.settings, grant.ticket)
    return this.#isOver() ? { ...dial, patienceMs: OVER_PATIENCE_MS } : dial
  }

  /** By the broker's own word, which our clock may misunderstand: its refusal is what counts, or its silence. */
  #isOver(): boolean {
    const { session, clock } = this.#parts
    return (session()?.expiresAt ?? Number.POSITIVE_INFINITY) <= clock.now()
  }

  /** Brokers repeat what they were sent, and not every adapter masks it. */
  #classify({ session }: Stream<unknown, unknown>, failure: Failure): TickwireError {
    const { account, adapter, session: grant } = this.#parts
    const isUnanswered = failure.kind === 'network' && failure.reason.startsWith(LOGIN_UNANSWERED)
    // One that is open was taken since, or is about to be asked: while it is, another's silence is its own.
    if (isUnanswered && this.#isOver() && !this.isOpen) return new TickwireError('SESSION_EXPIRED', LOGIN_OVER)
    const call = { adapter, account, what: 'session.classify', hidden: textsOf(grant()?.ticket) }
    return guardError(call, () => session.classify(failure))
  }

  /** `stream`: its number, from 0. */
  #listener(stream: number) {
    const { listener } = this.#parts
    return {
      changed: () => listener.changed(),
      ordered: (order: OrderUpdate) => listener.ordered(order),
      told: () => listener.told(),
      rejected: (instruments: readonly Instrument[], reason: string) =>
        listener.rejected(
          instruments.filter(one => this.#proves(one, stream)),
          reason,
        ),
      ticked: (instrument: Instrument, signal: MarketSignal, receivedAt: number) => {
        if (signal.kind === 'stale') this.#merge.drop(instrument, signal.source)
        else {
          const tick = signal.kind === 'tick' ? signal.tick : this.#join(instrument, stream, signal, receivedAt)
          const isChange = signal.kind === 'part' && !signal.isWhole
          listener.ticked(instrument, tick, receivedAt, isChange, this.#proves(instrument, stream))
        }
      },
      lost: (instruments: Iterable<Instrument>) => {
        const gone = this.#forget(instruments, stream)
        const dark = gone.filter(one => this.#proves(one, stream))
        listener.lost(gone, dark)
      },
      dropped: (instruments: Iterable<Instrument>) => listener.lost(this.#forget(instruments, stream), []),
    }
  }

  #forget(instruments: Iterable<Instrument>, stream: number): Instrument[] {
    const gone = [...instruments]
    this.#merge.forget(gone, stream)
    return gone
  }

  /** Books that go on are no sign of life of the main kind: it may be dead beside them, and so are all prices it carries. */
  #proves(instrument: Instrument, stream: number): boolean {
    if (stream === 0) return true
    const { adapter } = this.#parts
    const wanted = this.#wanted.get(instrument)
    return adapter.carries !== undefined && wanted !== undefined && adapter.carries(instrument, wanted) === undefined
  }

  /** Place of the kind that has to bring an instrument's prices: the main one unless another does alone. */
  #kindOf(instrument: Instrument): number | undefined {
    const { adapter } = this.#parts
    const wanted = this.#wanted.get(instrument)
    if (wanted === undefined || !adapter.carries || adapter.carries(instrument, wanted) !== undefined) return 0
    const place = this.#sides.findIndex(({ links }) => links.placeOf(instrument) !== undefined)
    return place < 0 ? undefined : place + 1
  }

  #join(instrument: Instrument, stream: number, part: Extract<MarketSignal, { kind: 'part' }>, receivedAt: number) {
    const wanted = this.#wanted.get(instrument)
    return wanted && this.#merge.take(instrument, stream, part, wanted, receivedAt)
  }
}

/** What a stream has to carry of what is wanted. */
function shareOf(union: Union, { carries }: Pick<Stream<unknown, unknown>, 'carries'>): Union {
  if (!carries) return union
  const share: [Instrument, ReturnType<typeof carries> & string][] = []
  for (const [instrument, wanted] of union) {
    const mode = carries(instrument, wanted)
    if (mode !== undefined) share.push([instrument, mode])
  }
  return new Map(share)
}
