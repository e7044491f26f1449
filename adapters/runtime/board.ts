import type { Bus } from '../../bus/bus.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { Tick } from '../../shared/market/tick.ts'
import type { Catalogue, Target } from './catalogue.ts'
import { Channel } from './channel.ts'
import type { Lane } from './lane.ts'

/** One instrument of the feed. */
export interface Entry {
  readonly instrument: Instrument
  last: Tick | undefined
  /** Of `last`, microseconds. */
  receivedAt: number
  /** Newest time the exchange itself gave, milliseconds; 0 before the first. */
  newestAt: number
  /** The topics somebody wants now. */
  readonly wanted: Channel[]
  /** The topics somebody wanted before: what passes of them is counted, so that who comes back knows what it missed. */
  readonly idle: Channel[]
}

/** A last value. `receivedAt` in microseconds. */
export interface Value {
  readonly tick: Tick
  readonly receivedAt: number
}

/** What was known before the connections of now. */
export interface Past {
  /** A value is of the present no more. */
  keep(instrument: Instrument, value: Value): void
  /** What may be handed out of it, marked as kept: of a closed market, which has nothing newer to say. */
  recall(instrument: Instrument): Value | undefined
}

/** The last value of every instrument, and the channels of its topics. */
export class Board {
  readonly #catalogue: Catalogue
  readonly #epoch: number
  readonly #bus: Bus
  readonly #past: Past | undefined
  readonly #entries = new Map<Instrument, Entry>()
  /** Never shrinks: a topic's sequence must not begin again within an epoch, nor its number become another's. */
  readonly #channels = new Map<string, Channel>()

  constructor({ catalogue, epoch, bus, past }: { catalogue: Catalogue; epoch: number; bus: Bus; past?: Past }) {
    this.#catalogue = catalogue
    this.#epoch = epoch
    this.#bus = bus
    this.#past = past
  }

  /**
   * By identity; by exchange and symbol when a source hands in its own copy of a listed instrument. Made when it is
   * first asked for: a broker lists 150,000, and few of them ever get a value.
   */
  find(instrument: Instrument): Entry | undefined {
    const known = this.#entries.get(instrument)
    if (known) return known
    const listed = this.#catalogue.find(instrument.exchange, instrument.symbol)
    if (!listed) return undefined
    let entry = this.#entries.get(listed)
    if (!entry) {
      entry = { instrument: listed, last: undefined, receivedAt: 0, newestAt: 0, wanted: [], idle: [] }
      this.#entries.set(listed, entry)
    }
    return entry
  }

  entries(): Iterable<Entry> {
    return this.#entries.values()
  }

  /** Forgets last values, all unless told: their source is gone, and nobody who comes now shall take them for the present. */
  forget(instruments?: Iterable<Instrument>): void {
    if (!instruments) for (const entry of this.#entries.values()) this.#clear(entry)
    else for (const instrument of instruments) this.#forgetOne(instrument)
  }

  /** Forgets the instruments of which the list says something else now, or nothing. */
  review(): void {
    for (const [instrument, entry] of this.#entries) {
      if (this.#catalogue.find(instrument.exchange, instrument.symbol) === instrument) continue
      this.#clear(entry)
      this.#entries.delete(instrument)
    }
  }

  #forgetOne(instrument: Instrument): void {
    const entry = this.#entries.get(instrument)
    if (entry) this.#clear(entry)
  }

  /** A connection that is made anew begins with what the broker knows now, however old. */
  #clear(entry: Entry): void {
    const { instrument, last, receivedAt } = entry
    if (last) this.#past?.keep(instrument, { tick: last, receivedAt })
    entry.last = undefined
    entry.newestAt = 0
  }

  /** Whether anybody ever wanted this topic. */
  knows(topic: string): boolean {
    return this.#channels.has(topic)
  }

  join(target: Target, lane: Lane): void {
    this.#change(target, channel => channel.join(lane))
  }

  leave(target: Target, lane: Lane): void {
    this.#change(target, channel => channel.leave(lane))
  }

  setDirect(target: Target, direct: boolean): void {
    this.#change(target, channel => channel.setDirect(direct))
  }

  /**
   * Sends the last value as a snapshot, in a closed market also one from before: into `lane`, or without one as a message
   * of its own. Where there is none a lane is told how far the topic's sequence is: who lost the last tick before a silence
   * would never learn of it.
   */
  repeat(target: Target, lane?: Lane): void {
    const entry = this.find(target.instrument)
    const kept = entry && !entry.last ? this.#past?.recall(entry.instrument) : undefined
    const tick = kept?.tick ?? entry?.last
    const receivedAt = kept?.receivedAt ?? entry?.receivedAt ?? 0
    if (lane) this.#channel(target).repeatTo(lane, tick, receivedAt, kept !== undefined)
    else if (tick) this.#channel(target).repeat(tick, receivedAt, kept !== undefined)
  }

  #change(target: Target, change: (channel: Channel) => void): void {
    const channel = this.#channel(target)
    change(channel)
    const entry = this.find(target.instrument)
    if (!entry) return
    put(entry.wanted, channel, channel.wanted)
    put(entry.idle, channel, !channel.wanted)
  }

  #channel(target: Target): Channel {
    let channel = this.#channels.get(target.topic)
    if (!channel) {
      const place = { catalogue: this.#catalogue, epoch: this.#epoch, bus: this.#bus }
      channel = new Channel({ target, topicNumber: this.#channels.size + 1, ...place })
      this.#channels.set(target.topic, channel)
    }
    return channel
  }
}

/** Adds it to a list, or takes it out; once is enough. */
function put(list: Channel[], channel: Channel, isIn: boolean): void {
  const place = list.indexOf(channel)
  if (isIn && place < 0) list.push(channel)
  else if (!isIn && place >= 0) list.splice(place, 1)
}
