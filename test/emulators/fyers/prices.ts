import { Connection, type Opened } from '../kit/connection.ts'
import type { FyersAccount } from './account.ts'
import { answer, dataFrame, liteItem, loginAnswer, type Scale, snapshotItem, UNSENT, updateItem } from './hsmframe.ts'
import { type Request, readRequest, TYPES } from './hsmrequest.ts'
import type { Manners } from './manners.ts'
import type { FyersMarket } from './market.ts'

/** What the connections of the price socket have in common. */
export interface PriceSurroundings {
  readonly market: FyersMarket
  readonly account: FyersAccount
  readonly manners: Manners
  readonly topicLimit: number
}

/** A topic of one connection. */
interface Subscribed {
  readonly topic: string
  readonly channel: number
  /** From its first snapshot on. */
  shown?: { readonly id: number; readonly values: readonly number[]; readonly scale: Scale }
}

/** A frame's length is told in two bytes. */
const MOST_ITEM_BYTES = 60_000
const KINDS = ['sf', 'if', 'dp']
/** The field 2 that was seen in answers to a subscription; nobody knows what it means. */
const RECORDED_FIELD = [2, Buffer.from([0xff, 0xff])] as const

/** One connection of the price socket (HSM). */
export class PriceConnection extends Connection {
  readonly topics = new Map<string, Subscribed>()
  /** Numbers of the messages that the client acknowledged, in its order. */
  readonly acknowledged: number[] = []
  /** Channels that are resumed, and whether they are in lite mode. */
  readonly #running = new Set<number>()
  readonly #lite = new Set<number>()
  readonly #around: PriceSurroundings
  /** It was opened in a way that the server never says a word to. */
  readonly #isForbidden: boolean
  #interval = 0
  #number = 0
  #nextId = 0

  constructor(opened: Opened, around: PriceSurroundings, isForbidden: boolean) {
    super(opened)
    this.#around = around
    this.#isForbidden = isForbidden
  }

  get subscriptions(): number {
    return this.topics.size
  }

  /** What is wanted of whom it speaks to. */
  get places(): readonly string[] {
    return [...this.topics.keys()].map(topic => topic.slice(3))
  }

  /** What has changed at these places, of all topics there. */
  show(places: Iterable<string>): void {
    if (!this.ticks || this.topics.size === 0) return
    const items: Buffer[] = []
    for (const place of places)
      for (const kind of KINDS) {
        const one = this.topics.get(`${kind}|${place}`)
        if (one && this.#running.has(one.channel)) items.push(...this.#itemOf(one))
      }
    this.push(items)
  }

  /** Exactly these items, in as many frames as it takes. */
  push(items: readonly Buffer[]): void {
    let batch: Buffer[] = []
    let bytes = 0
    for (const item of items) {
      if (bytes + item.length > MOST_ITEM_BYTES) {
        this.#sendItems(batch)
        batch = []
        bytes = 0
      }
      batch.push(item)
      bytes += item.length
    }
    if (batch.length > 0) this.#sendItems(batch)
  }

  /** Every topic anew, with another id: what the client knew of ids is wrong. */
  renumber(): void {
    for (const one of this.topics.values()) delete one.shown
    // The ids of before, in another order.
    const ids = this.#nextId
    this.#nextId = 0
    this.push([...this.topics.values()].reverse().flatMap(one => [...this.#itemOf(one)]))
    this.#nextId = Math.max(ids, this.#nextId)
  }

  /** A frame of two items whose second is cut in half; one topic that was shown is needed. */
  truncated(): void {
    const [first, second = first] = [...this.topics.values()].flatMap(one => this.#snapshotOf(one, one.shown?.id) ?? [])
    if (!first || !second) return
    const whole = dataFrame(this.#nextNumber(), [first, second])
    this.raw(whole.subarray(0, whole.length - Math.ceil(second.length / 2)))
  }

  protected hear(frame: string | Buffer): void {
    if (typeof frame === 'string' || this.#isForbidden) return
    const request = readRequest(frame)
    if (request.kind === 'login') this.#logIn(request.key)
    else if (this.visitor) this.#serve(request)
  }

  #logIn(key: string): void {
    const { account, manners, market } = this.#around
    const visitor = takeOne(manners, 'refusedLogins') ? undefined : account.keyHolder(key)
    if (!visitor) {
      this.raw(answer(TYPES.login, false))
      return
    }
    this.visitor = visitor
    this.#interval = manners.interval
    this.raw(loginAnswer(this.#interval, JSON.stringify(market.configuration)))
  }

  #serve(request: Request): void {
    const { manners } = this.#around
    if (request.kind === 'acknowledge') {
      this.acknowledged.push(request.number)
      return
    }
    if (request.kind === 'ping' || request.kind === 'unknown' || request.kind === 'login') return
    const isTaken = !this.#isBeyond(request) && !takeOne(manners, 'refusedRequests')
    const more = request.kind === 'subscribe' && isTaken ? [RECORDED_FIELD] : []
    if (!manners.isTongueTied) this.raw(answer(TYPES[request.kind], isTaken, more))
    if (isTaken) this.#apply(request)
  }

  #isBeyond(request: Request): boolean {
    if (request.kind !== 'subscribe') return false
    const all = new Set([...this.topics.keys(), ...request.topics])
    return all.size > this.#around.topicLimit
  }

  #apply(request: Request): void {
    switch (request.kind) {
      case 'subscribe':
        for (const topic of request.topics) this.topics.set(topic, { topic, channel: request.channel })
        this.show(request.topics.map(topic => topic.slice(3)))
        break
      case 'unsubscribe':
        for (const topic of request.topics) this.topics.delete(topic)
        break
      case 'pause':
        for (const channel of request.channels) this.#running.delete(channel)
        break
      case 'resume':
        for (const channel of request.channels) this.#running.add(channel)
        this.show(new Set(this.places))
        break
      case 'mode':
        for (const channel of request.channels)
          if (request.isLite) this.#lite.add(channel)
          else this.#lite.delete(channel)
        break
      case 'snapshot':
        this.push(request.topics.flatMap(topic => this.#itemOf({ topic, channel: 0 })))
        break
    }
  }

  /** What a topic has to say that the client does not know. */
  #itemOf(one: Subscribed): readonly Buffer[] {
    const { market } = this.#around
    const now = market.say(one.topic)
    if (!now) return []
    const { shown } = one
    if (!shown || shown.scale.precision !== now.scale.precision || shown.scale.multiplier !== now.scale.multiplier) {
      const id = shown?.id ?? this.#nextId++
      one.shown = { id, values: now.values, scale: now.scale }
      return [this.#snapshotOf(one, id) ?? Buffer.alloc(0)]
    }
    const { scrip_lite, index_lite } = market.configuration
    const isLite = this.#lite.has(one.channel) && !one.topic.startsWith('dp')
    const length = one.topic.startsWith('if') ? index_lite.hfid : scrip_lite.hfid
    const values = isLite ? now.values.slice(0, length) : now.values
    const changed = values.map((value, at) => (value === shown.values[at] ? UNSENT : value))
    const last = changed.findLastIndex(value => value !== UNSENT)
    if (last === -1) return []
    one.shown = { ...shown, values: [...values, ...shown.values.slice(values.length)] }
    return [isLite ? liteItem(shown.id, values) : updateItem(shown.id, changed.slice(0, last + 1))]
  }

  #snapshotOf({ topic }: Subscribed, id: number | undefined): Buffer | undefined {
    const now = this.#around.market.say(topic)
    if (!now || id === undefined) return undefined
    const [, segment = '', token = ''] = topic.split('|')
    const [, symbol = ''] = now.row.ticker.split(':')
    return snapshotItem({ id, topic, values: now.values, scale: now.scale, names: [segment, token, symbol] })
  }

  #sendItems(items: readonly Buffer[]): void {
    if (!this.ticks) return
    this.sent.packets += items.length
    this.raw(dataFrame(this.#nextNumber(), items))
    const due = this.#interval === 0 ? 0 : Math.floor(this.#number / this.#interval)
    if (due - this.acknowledged.length > this.#around.manners.patience) this.drop()
  }

  /** Nothing where the login said that there are none. */
  #nextNumber(): number | undefined {
    return this.#interval === 0 ? undefined : ++this.#number
  }
}

/** Whether one of so many was left. */
function takeOne(manners: Manners, name: 'refusedLogins' | 'refusedRequests'): boolean {
  if (manners[name] <= 0) return false
  manners[name]--
  return true
}
