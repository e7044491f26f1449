import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { systemClock } from '../../shared/clock.ts'
import { TestClient } from '../support/client.ts'
import { equity, feedRecord, type ProxyRig, startRig } from '../support/proxy.ts'
import { FakeFeed, tickOf } from '../support/proxyfeed.ts'
import { forgery, type Knowledge } from './forgery.ts'
import { Raider } from './raider.ts'

export interface IsolationResult {
  readonly attempts: number
  /** Frames and successes that were another user's. */
  readonly foreign: number
  readonly examples: readonly string[]
  /** Frames the attacker got of what is his: without them nothing is proven. */
  readonly own: number
  /** Frames of the feed that went to and fro, while it was his. */
  readonly lent: number
  /** Frames the victim got meanwhile, of what was aimed at. */
  readonly victim: number
  readonly ms: number
}

const SOCKETS = 8
const ITEMS = 100
const TICK_MS = 5
/** The ownership of one feed changes this often; it may be heard for so long after it is taken away. */
const MOVE_MS = 1500
/** Longer than a feed is away in a row. */
const BORROWINGS = 20
const GRACE_MS = 1000
/** Prices tell whose a frame is. */
const VICTIM = 1_000_000
const MOVING = 5_000_000
const OWN = 100
const SYMBOLS = ['ALICEONLY', 'RELIANCE', 'TCS', 'M&M', 'MOVED']
const KNOWN = { victim: /"ltp":1\d{6}\D/, moving: /"ltp":5\d{6}\D/, own: /"ltp":1\d{2}\D/ }
const SUCCESS = /"status":"success","broker":"testbroker"|"broker":"testbroker","status":"success"/

/** One user tries, `attempts` times and at random from `seed`, to subscribe to what is another's, while that one trades. */
export async function raid(attempts: number, seed: number): Promise<IsolationResult> {
  const lists = { BOBFEED: ['RELIANCE', 'BOBCO'], MOVING: ['MOVED', 'RELIANCE'] }
  const rig = await startRig({
    symbols: ['ALICEONLY'],
    feeds: [
      feedRecord('BOBFEED', { userId: 'bob', adapter: 'otherbroker' }),
      feedRecord('MOVING', { adapter: 'otherbroker' }),
    ],
    lists: Object.fromEntries(Object.entries(lists).map(([feed, names]) => [feed, names.map(name => equity(name))])),
  })
  const { exchange, feed } = rig
  const others = ['BOBFEED', 'MOVING'].map(
    name => new FakeFeed({ exchange, clock: systemClock, name, broker: 'otherbroker' }),
  )
  const [bobs, moving] = others as [FakeFeed, FakeFeed]
  let nth = 0
  const stopTicks = systemClock.every(TICK_MS, () => {
    nth++
    for (const symbol of ['ALICEONLY', 'RELIANCE', 'TCS', 'M&M'])
      feed.tick('NSE', symbol, tickOf(VICTIM + (nth % 1000)))
    for (const symbol of lists.BOBFEED) bobs.tick('NSE', symbol, tickOf(OWN + (nth % 100)))
    for (const symbol of lists.MOVING) moving.tick('NSE', symbol, tickOf(MOVING + (nth % 1000)))
  })
  const lending = new Lending(rig)
  const seen = { foreign: 0, own: 0, lent: 0, examples: [] as string[] }
  const hear = (text: string) => {
    const isForeign =
      KNOWN.victim.test(text) ||
      SUCCESS.test(text) ||
      (KNOWN.moving.test(text) && !lending.isDue(systemClock.monotonic()))
    if (isForeign && seen.examples.length < 5) seen.examples.push(text.slice(0, 300))
    if (isForeign) seen.foreign++
    else if (KNOWN.moving.test(text)) seen.lent++
    else if (KNOWN.own.test(text)) seen.own++
  }
  const startedAt = systemClock.monotonic()
  try {
    const victim = await rig.enter()
    await victim.ask({ action: 'subscribe', symbols: SYMBOLS.map(name => `NSE:${name}`), mode: 2 })
    const knowledge = await learn(rig)
    const keys = keysOf(rig)
    const each = Math.ceil(attempts / SOCKETS)
    const items = forgery(knowledge)
    const raids = Array.from({ length: SOCKETS }, (_, at) => {
      const forged = fc.sample(items, { numRuns: each, seed: seed + at })
      return assault(rig.url, keys[at % keys.length] ?? '', forged, hear)
    })
    lending.begin()
    await Promise.all(raids)
    // A quick raid may have asked for what is lent only while it was not: that the way is open then belongs to it.
    const borrower = await Raider.enter(rig.url, keys[0] ?? '', hear)
    const lentSymbols = lists.MOVING.map(symbol => ({ exchange: 'NSE', symbol }))
    for (let tries = 0; seen.lent === 0 && tries < BORROWINGS; tries++) {
      await borrower.ask({ action: 'subscribe', symbols: lentSymbols, mode: 1 })
      await sleep(MOVE_MS / 2)
    }
    // What was taken hold of by mistake would tick now.
    await sleep(2 * MOVE_MS)
    return { attempts: each * SOCKETS, ...seen, victim: victim.ticks.length, ms: systemClock.monotonic() - startedAt }
  } finally {
    lending.close()
    stopTicks()
    for (const other of others) await other.close()
    await rig.close()
  }
}

/** What a client of the victim sees: the place of its stream, which an attacker may have got hold of. */
async function learn(rig: ProxyRig): Promise<Knowledge> {
  const client = await TestClient.open(rig.url)
  await client.ask({ action: 'authenticate', api_key: rig.keys.alice, features: ['seq'] })
  await client.ask({ action: 'subscribe', symbols: ['NSE:ALICEONLY'], mode: 1 })
  const frame = await client.tick('a frame with its place', ({ text }) => text.includes('"seq":'))
  client.close()
  const place = (frame.data ?? frame) as { epoch: number; seq: number }
  return {
    feeds: ['TESTFEED', 'MOVING', 'CAROL'],
    brokers: ['testbroker', 'nobroker'],
    symbols: SYMBOLS,
    place: { epoch: Number(place.epoch ?? frame.epoch), seq: Number(place.seq ?? frame.seq) },
  }
}

/** Keys of the attacker: of all feeds, of one, and one whose feeds somebody changed in the database to the victim's. */
function keysOf({ store, keys }: ProxyRig): readonly string[] {
  const create = (feeds: readonly string[] | undefined) =>
    store.keys.create({ userId: 'bob', label: 'raid', feeds, now: 1 })
  const narrow = create(['BOBFEED'])
  return [keys.bob, keys.bob, narrow.key.reveal(), create(undefined).key.reveal()]
}

/** The items in messages of many, with other modes, another connection now and then, and everything let go of in between. */
async function assault(
  url: string,
  key: string,
  items: readonly unknown[],
  hear: (text: string) => void,
): Promise<void> {
  let raider = await Raider.enter(url, key, hear)
  for (let at = 0; at < items.length; at += ITEMS) {
    const round = at / ITEMS
    const answered = raider.ask({ action: 'subscribe', symbols: items.slice(at, at + ITEMS), mode: 1 + (round % 3) })
    // A connection that breaks while it is being answered, and one that comes back in its place.
    const isRace = round % 5 === 4
    if (!isRace) await answered
    if (round % 7 === 3) await raider.ask({ action: 'unsubscribe_all' })
    if (!isRace && raider.isOpen) continue
    raider.close()
    raider = await Raider.enter(url, key, hear)
  }
  // It stays, and listens.
}

/** A feed that is shared, unshared, and given from one user to the other and back. */
class Lending {
  readonly #rig: ProxyRig
  #stop = () => {}
  #round = 0
  /** Since when it is not the attacker's, monotonic milliseconds. */
  #takenAt: number | undefined = Number.NEGATIVE_INFINITY

  constructor(rig: ProxyRig) {
    this.#rig = rig
  }

  begin(): void {
    this.#stop = systemClock.every(MOVE_MS, () => this.#move())
  }

  /** Whether the attacker may hear it. */
  isDue(now: number): boolean {
    return this.#takenAt === undefined || now - this.#takenAt < GRACE_MS
  }

  close(): void {
    this.#stop()
  }

  #move(): void {
    const { store } = this.#rig
    const round = this.#round++ % 4
    const give = (userId: string) =>
      store.atomically(() => {
        store.feeds.remove('MOVING')
        store.feeds.add(feedRecord('MOVING', { adapter: 'otherbroker', userId, createdAt: 5000 }))
      })
    if (round === 0) store.shares.add('MOVING', 'bob', 1)
    else if (round === 1) store.shares.remove('MOVING', 'bob')
    else give(round === 2 ? 'bob' : 'alice')
    this.#takenAt = round % 2 === 0 ? undefined : systemClock.monotonic()
  }
}
