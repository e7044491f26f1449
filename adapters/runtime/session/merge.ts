import type { Instrument } from '../../../shared/market/instrument.ts'
import { coversMode, TOPIC_MODES, type TopicMode } from '../../../shared/market/mode.ts'
import type { Level, LevelPart, Tick, TickPart } from '../../../shared/market/tick.ts'
import type { SessionAdapter, Signal } from '../../contract.ts'
import { MAX_AHEAD_MS } from '../bounds.ts'

type Part = Extract<Signal, { kind: 'part' }>
type Writable<Of> = { -readonly [Field in keyof Of]: Of[Field] }
type Numbers = Writable<Omit<TickPart, 'mode' | 'buy' | 'sell'>>
type Draft = Writable<Tick>
type Side = (Place | undefined)[]

/** A level as it is known so far. */
interface Place {
  price: number | undefined
  quantity: number | undefined
  orders: number | undefined
}

/** What one source has said of one instrument. */
interface State {
  /** Which stream brings it. */
  readonly stream: number
  readonly numbers: Numbers
  buy: Side | undefined
  sell: Side | undefined
  /** It has said everything once. */
  isWhole: boolean
  /** Up to which mode that is so, where the source itself said less than it knows. */
  mode: TopicMode | undefined
}

/**
 * Makes ticks of the parts a broker sends: keeps what each source has said of an instrument, and puts together what the
 * sources of a mode know. A value that was not sent stays what it was; one source's values never stand in for another's.
 */
export class Merge {
  readonly #sources: ReadonlyMap<TopicMode, readonly string[]>
  /** The highest mode each source alone makes whole. */
  readonly #reach = new Map<string, TopicMode>()
  readonly #known: ReadonlySet<string>
  /** For each mode that may be wanted: the modes that serve it, the best first. From below before from above. */
  readonly #preferences = new Map<TopicMode, readonly TopicMode[]>()
  readonly #states = new Map<Instrument, Map<string, State>>()

  constructor(sources: SessionAdapter['sources'] = {}) {
    this.#sources = new Map(TOPIC_MODES.flatMap(mode => (sources[mode] ? [[mode, sources[mode]] as const] : [])))
    this.#known = new Set([...this.#sources.values()].flat())
    const modes = [...this.#sources.keys()]
    for (const wanted of TOPIC_MODES) {
      const below = modes.filter(mode => coversMode(wanted, mode)).reverse()
      this.#preferences.set(wanted, [...below, ...modes.filter(mode => !coversMode(wanted, mode))])
    }
    for (const [mode, names] of this.#sources) {
      const last = names.at(-1)
      if (last !== undefined) this.#reach.set(last, mode)
    }
  }

  /**
   * Takes one part; what is known now, for whoever wants `wanted` of the instrument. `undefined` while another source says
   * the same and more, or nothing can be said yet. `receivedAt` in microseconds.
   */
  take(instrument: Instrument, stream: number, part: Part, wanted: TopicMode, receivedAt: number): Tick | undefined {
    if (!this.#known.has(part.source)) return undefined
    const states = this.#states.get(instrument) ?? new Map<string, State>()
    this.#states.set(instrument, states)
    const state = overlay(states.get(part.source), stream, part)
    states.set(part.source, state)
    const mode = this.#bestMode(states, wanted)
    if (mode === undefined) return firstPrice(state, receivedAt)
    const names = this.#sources.get(mode) ?? []
    if (mode === wanted) for (const name of states.keys()) if (!names.includes(name)) states.delete(name)
    if (!names.includes(part.source)) return undefined
    const tick = assemble(names, states, receivedAt)
    // An index has no book: whoever wants one is not kept waiting for it.
    if (instrument.kind !== 'INDEX' || !coversMode(mode, 'QUOTE')) tick.mode = mode
    return tick
  }

  /** What a source said of an instrument counts no more. */
  drop(instrument: Instrument, source: string): void {
    this.#states.get(instrument)?.delete(source)
  }

  /** What `stream` said of these is of the past. */
  forget(instruments: Iterable<Instrument>, stream: number): void {
    for (const instrument of instruments) {
      const states = this.#states.get(instrument)
      if (!states) continue
      for (const [source, state] of states) if (state.stream === stream) states.delete(source)
      if (states.size === 0) this.#states.delete(instrument)
    }
  }

  /** The one wanted if its sources have all said everything; else what comes nearest. */
  #bestMode(states: ReadonlyMap<string, State>, wanted: TopicMode): TopicMode | undefined {
    return this.#preferences.get(wanted)?.find(mode => this.#isComplete(states, mode))
  }

  #isComplete(states: ReadonlyMap<string, State>, mode: TopicMode): boolean {
    return (this.#sources.get(mode) ?? []).every(name => {
      const state = states.get(name)
      if (!state?.isWhole) return false
      const reach = this.#reach.get(name) ?? mode
      return state.mode === undefined || coversMode(state.mode, coversMode(mode, reach) ? reach : mode)
    })
  }
}

/**
 * A state is changed in place: a new one for each part would outlive the young generation, at thousands of parts a second.
 * What a decoder gave stays as it is.
 */
function overlay(state: State | undefined, stream: number, { part, isWhole }: Part): State {
  if (!state || isWhole) {
    const { mode, buy, sell, ...numbers } = part
    return { stream, numbers, buy: buy && overlaySide([], buy), sell: sell && overlaySide([], sell), isWhole, mode }
  }
  const { mode, buy, sell } = part
  overlayNumbers(state.numbers, part)
  if (buy) state.buy = overlaySide(state.buy ?? [], buy)
  if (sell) state.sell = overlaySide(state.sell ?? [], sell)
  if (mode !== undefined) state.mode = mode
  return state
}

function overlayNumbers(numbers: Numbers, part: TickPart): void {
  for (const name in part) {
    const field = name as keyof TickPart
    if (field === 'mode' || field === 'buy' || field === 'sell') continue
    const value = part[field]
    if (value !== undefined) numbers[field] = value
  }
}

function overlaySide(side: Side, parts: readonly (LevelPart | undefined)[]): Side {
  for (let place = 0; place < parts.length; place++) {
    const part = parts[place]
    if (!part) continue
    const level = side[place]
    if (!level) side[place] = { price: part.price, quantity: part.quantity, orders: part.orders }
    else {
      if (part.price !== undefined) level.price = part.price
      if (part.quantity !== undefined) level.quantity = part.quantity
      if (part.orders !== undefined) level.orders = part.orders
    }
  }
  return side
}

/** A source that has not said everything yet has a price perhaps, which is true all the same. */
function firstPrice({ numbers }: State, receivedAt: number): Tick | undefined {
  if (typeof numbers.ltp !== 'number') return undefined
  return { ltp: numbers.ltp, ...timeOf(numbers.timestamp, receivedAt), mode: 'LTP' }
}

/** `names`: the source that counts most last. */
function assemble(names: readonly string[], states: ReadonlyMap<string, State>, receivedAt: number): Draft {
  const tick: Draft = { timestamp: 0 }
  // Each source has a clock of its own, or none: what came last, but says an earlier time, is not of the past.
  let latest: number | undefined
  let book: State | undefined
  for (const name of names) {
    const state = states.get(name)
    if (!state) continue
    fill(tick, state.numbers)
    const at = state.numbers.timestamp ?? 0
    if (at > (latest ?? 0) && at <= receivedAt / 1000 + MAX_AHEAD_MS) latest = at
    if (state.buy !== undefined || state.sell !== undefined) book = state
  }
  Object.assign(tick, timeOf(latest, receivedAt))
  if (book) tick.book = { buy: levelsOf(book.buy), sell: levelsOf(book.sell) }
  return tick
}

function fill(tick: Draft, numbers: Numbers): void {
  for (const name in numbers) {
    const field = name as keyof Numbers
    const value = numbers[field]
    if (typeof value === 'number') tick[field] = value
  }
}

const timeOf = (
  timestamp: number | null | undefined,
  receivedAt: number,
): { readonly timestamp: number; readonly isStampedHere?: true } =>
  typeof timestamp === 'number' ? { timestamp } : { timestamp: Math.floor(receivedAt / 1000), isStampedHere: true }

const levelsOf = (side: Side = []): readonly Level[] => {
  const levels: Level[] = []
  for (const level of side) {
    if (!level?.price || !level.quantity) continue
    const { price, quantity, orders } = level
    levels.push(orders === undefined ? { price, quantity } : { price, quantity, orders })
  }
  return levels
}
