import type { TickHeader } from '../../bus/message.ts'
import type { Cancel } from '../../shared/clock.ts'
import type { Place } from '../place.ts'
import { type Variation, variationKey } from '../variation/variant.ts'
import type { Tick } from './frame.ts'
import type { Ring } from './ring.ts'
import { type Member, type Served, Variant } from './variant.ts'

/** What the ticks of all topics are counted by. */
export interface HubCounts {
  /** Ticks taken from the bus for a topic somebody holds. */
  ticks: number
  /** Ticks of topics nobody holds (any more). */
  unheld: number
  /** Repeated, overtaken or of an older publisher: dropped. */
  late: number
  /** Ticks known to be missing, by the holes in the topics' sequences. */
  lost: number
}

/** Who came back, and where it was when it left. */
interface Returned {
  readonly member: Member
  readonly variant: Variant
  readonly place: Place
}

/** No publisher is so old. */
const UNKNOWN = -1

/** One topic somebody holds: how far it is, its last value, and all variants of it. */
export class Channel {
  readonly served: Served
  readonly variants: Variant[] = []
  /** `undefined` while it is not known, or no longer the present. */
  last: Tick | undefined
  /** What was the last value when it ceased to be the present; `undefined` as soon as there is a newer one. */
  old: Tick | undefined
  /** When its feed last said that the value it kept is still the last, monotonic milliseconds. */
  keptAt = Number.NEGATIVE_INFINITY
  /** The last value that was given to anybody, also when it is no longer the present. */
  given: Tick | undefined
  /** How many ticks everybody was given who holds it. */
  news = 0
  /** Somebody holds it who was given no value of now. */
  isAwaited = false
  /** How many others are held that want this one beside them. */
  beside = 0
  /** How many look at its last value now and then, and get no ticks. */
  onlookers = 0
  /** What is wanted beside this one, by topic. */
  companions: Map<string, Channel> | undefined
  /** Kept while somebody may resume. */
  ring: Ring | undefined
  /** Nobody holds it any more; another one may stand for its topic. */
  gone = false
  /** While nobody holds it: its end, put off. */
  leaving: Cancel | undefined
  #epoch = UNKNOWN
  #sequence = 0
  /** Of the newest value, microseconds. */
  #receivedAt = 0
  /** Where those were that came back before the feed said how far the topic is. */
  #returned: Returned[] = []

  constructor(served: Served) {
    this.served = served
  }

  /** When its newest value came from the broker, milliseconds since 1970; `undefined` while there is none. */
  get lastTickAt(): number | undefined {
    return this.#receivedAt > 0 ? Math.floor(this.#receivedAt / 1000) : undefined
  }

  /** How far it is; `undefined` while it is not known. */
  get place(): Place | undefined {
    return this.#epoch === UNKNOWN ? undefined : { epoch: this.#epoch, seq: this.#sequence }
  }

  /** All that want these same bytes. */
  variant(variation: Variation): Variant {
    const key = variationKey(variation)
    let variant = this.variants.find(one => one.key === key)
    if (!variant) {
      variant = new Variant(this.served, variation, key)
      this.variants.push(variant)
    }
    return variant
  }

  /** Lets go of variants nobody wants. */
  tidy(): void {
    const empty = this.variants.findIndex(({ members }) => members.length === 0)
    if (empty >= 0) this.variants.splice(empty, 1)
  }

  /**
   * Takes the place a record says, and tells everybody of what is missing before it. How many publications the record
   * stands for: 0 for one that was known, `undefined` for one that is no news.
   */
  advance(header: TickHeader, counts: HubCounts): 0 | 1 | undefined {
    if (header.epoch > this.#epoch) this.replace()
    if (this.#epoch === UNKNOWN) return this.#begin(header)
    const { epoch, sequence, snapshot, position, receivedAt } = header
    if (epoch === this.#epoch && sequence > this.#sequence) {
      const lost = sequence - this.#sequence - (position ? 0 : 1)
      counts.lost += lost
      if (lost > 0) this.#tell(this.#sequence + lost)
      this.#sequence = sequence
      this.#receivedAt = receivedAt
      return 1
    }
    // What was known has been forgotten, or a foreign publisher does not count what nobody wants: then the last value comes
    // again under its old sequence.
    const isFresher = snapshot && (this.last === undefined || receivedAt > this.#receivedAt)
    if (epoch === this.#epoch && sequence === this.#sequence && isFresher) {
      this.#receivedAt = receivedAt
      return 0
    }
    if (!position) counts.late++
    return undefined
  }

  /**
   * This is the last value. Whether it is for all who hold it: a feed also repeats what everybody was given, so that this
   * process hears that it is still the last.
   */
  show(tick: Tick): boolean {
    const isKnown = !this.isAwaited && isRepeated(tick, this.given)
    this.last = tick
    this.old = undefined
    this.isAwaited = false
    return !isKnown
  }

  /** The last value is no longer the present. */
  age(): void {
    this.old = this.last ?? this.old
    this.last = undefined
  }

  /** There is no last value at all any more. */
  clear(): void {
    this.last = undefined
    this.old = undefined
  }

  /** Whether this repeats a value of one publisher that is older than what another gave already. */
  isOlder({ snapshot, epoch, receivedAt }: TickHeader): boolean {
    const shown = (this.last ?? this.old)?.header
    return snapshot && shown !== undefined && epoch !== shown.epoch && receivedAt < shown.receivedAt
  }

  /** The publisher is gone, and another began anew. */
  replace(): void {
    if (this.#epoch !== UNKNOWN) this.#tell(undefined)
    this.ring?.clear()
    this.#epoch = UNKNOWN
  }

  /** Every tick after a place, oldest first; `undefined` when some of them are gone, or there may be some. */
  since({ epoch, seq }: Place): readonly Tick[] | undefined {
    if (this.#epoch === epoch && this.#sequence === seq) return []
    return this.ring?.since(epoch, seq)
  }

  /** Tells one client, which came back, what it has missed. */
  tellMissed(one: Returned): void {
    if (!one.member.hearsGaps) return
    if (this.#epoch === UNKNOWN) this.#returned.push(one)
    else this.#tellOne(one, { epoch: this.#epoch, seq: this.#sequence })
  }

  /** One who came back has left before it was told, or goes on as `successor`. */
  forget(member: Member, successor: (Member & { readonly variant: Variant }) | undefined): void {
    const at = this.#returned.findIndex(one => one.member === member)
    const one = this.#returned[at]
    if (!one) return
    if (successor) this.#returned[at] = { member: successor, variant: successor.variant, place: one.place }
    else this.#returned.splice(at, 1)
  }

  #begin({ epoch, sequence, snapshot, position, receivedAt }: TickHeader): 0 | 1 {
    this.#epoch = epoch
    this.#sequence = sequence
    this.#receivedAt = receivedAt
    const isKnown = snapshot || position
    const known = { epoch, seq: isKnown ? sequence : sequence - 1 }
    for (const one of this.#returned) this.#tellOne(one, known)
    this.#returned = []
    return isKnown ? 0 : 1
  }

  #tellOne({ member, variant, place }: Returned, { epoch, seq }: Place): void {
    if (place.epoch !== epoch) member.miss(0, variant.gap(place, undefined))
    else if (seq > place.seq) member.miss(0, variant.gap(place, seq), { epoch, seq })
  }

  /** Publications are missing behind the place, up to and with `to`; without it nobody knows how many. */
  #tell(to: number | undefined): void {
    const place = { epoch: this.#epoch, seq: this.#sequence }
    this.age()
    this.ring?.clear()
    const lost = to === undefined ? 0 : to - place.seq
    const upTo = to === undefined ? undefined : { epoch: place.epoch, seq: to }
    for (const variant of this.variants) {
      let notice: string | undefined
      for (const member of variant.members) {
        if (member.hearsGaps) notice ??= variant.gap(place, to)
        member.miss(lost, member.hearsGaps ? notice : undefined, upTo)
      }
    }
  }
}

const isRepeated = ({ header }: Tick, given: Tick | undefined): boolean =>
  given !== undefined &&
  header.snapshot &&
  !header.kept &&
  header.epoch === given.header.epoch &&
  header.sequence === given.header.sequence &&
  header.receivedAt === given.header.receivedAt
