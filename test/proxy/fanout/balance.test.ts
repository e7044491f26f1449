import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Delivery, EVERY } from '../../../proxy/delivery.ts'
import type { Frame } from '../../../proxy/fanout/frame.ts'
import type { Hold } from '../../../proxy/fanout/hold.ts'
import { CLASSIC } from '../../../proxy/features.ts'
import { parseFrames } from '../../support/clientraw.ts'
import { Ledger } from '../../support/ledger.ts'
import { PLAIN } from './frames.ts'
import { HubRig, SERVED } from './hubrig.ts'
import { Inbox } from './inbox.ts'
import { OutboxRig, type Post } from './outboxrig.ts'

const LEFT = '{"type":"left"}'
const VARIATIONS = [
  { ...PLAIN, seq: true, count: true },
  { ...PLAIN, seq: true, count: true, fields: ['ltp'] },
]

/** One topic, and one client that reads when it is told to and keeps its books. */
class Play {
  readonly #hub = new HubRig()
  readonly #outboxes: OutboxRig
  readonly #client: Post
  readonly #posts: Post[]
  readonly #holds = new Map<Post, Hold>()
  #epoch = 1
  #sequence = 0
  /** Publications that were given to the client. */
  #given = 0

  constructor(soft: number, batch: boolean) {
    this.#outboxes = new OutboxRig({ softBytes: 500 })
    this.#client = this.#outboxes.open({ softBytes: soft })
    this.#client.outbox.features = { ...CLASSIC, seq: true, count: true, gap: true, slow: true, batch }
    // The other is given up sooner, in the middle of whatever is given to both.
    const other = this.#outboxes.open({ softBytes: 500 })
    other.outbox.features = { ...CLASSIC, gap: true }
    this.#posts = [other, this.#client]
    // Somebody else keeps the topic when they leave.
    this.#hub.join(new Inbox())
  }

  tick(lost: number): void {
    this.#sequence += 1 + lost
    this.#hub.deliver(this.#sequence % 10, { sequence: this.#sequence, epoch: this.#epoch })
  }

  lose(lost: number, isKept: boolean): void {
    this.#sequence += lost
    const place = { sequence: this.#sequence, epoch: this.#epoch }
    if (isKept && this.#sequence > 0) this.#hub.deliver(1, { ...place, snapshot: true })
    else this.#hub.position(place)
  }

  replace(isTold: boolean): void {
    this.#epoch++
    this.#sequence = 0
    if (isTold) this.#hub.hub.replace('TESTFEED')
  }

  forget(): void {
    this.#hub.hub.forget('TESTFEED')
  }

  want(delivery: Partial<Delivery>, nth: number): void {
    for (const post of this.#posts) {
      const held = this.#holds.get(post)
      const wish = { variation: VARIATIONS[nth] ?? PLAIN, delivery: { ...EVERY, ...delivery } }
      const hold = this.#hub.hub.join(SERVED, wish, post.outbox)
      if (post === this.#client) this.#watch(hold)
      this.#holds.set(post, hold)
      if (held) this.#hub.hub.leave(held, hold)
      else this.#hub.hub.snapshot(hold)
    }
  }

  leave(): void {
    for (const [post, hold] of this.#holds) {
      this.#hub.hub.leave(hold)
      post.outbox.say(LEFT)
    }
    this.#holds.clear()
  }

  kernel(what: 'stop' | 'take' | 'drain'): void {
    this.#client.kernel[what]()
    this.#posts[0]?.kernel.stop()
  }

  pass(ms: number): void {
    this.#hub.clock.advance(ms)
    this.#outboxes.clock.advance(ms)
  }

  say(): void {
    this.#client.outbox.say('{"type":"pong"}')
  }

  /** What is wrong in the end. */
  end(): unknown[] {
    this.kernel('drain')
    this.pass(1000)
    this.kernel('drain')
    this.pass(1)
    const ledger = new Ledger()
    for (const { text } of this.#client.kernel.writes.flatMap(bytes => parseFrames(Buffer.from(bytes, 'latin1')))) {
      if (text === LEFT) ledger.leave('NSE:TCS:1')
      else ledger.read(text)
    }
    const { delivered, folded, abandoned } = this.#client.outbox.counts
    const unaccounted = this.#given - delivered - folded - abandoned
    return [...ledger.errors, ...(unaccounted === 0 ? [] : [`${unaccounted} of ${this.#given} unaccounted`])]
  }

  #watch(hold: Hold): void {
    const take = hold.take.bind(hold)
    hold.take = frame => {
      this.#given += frame.stands
      take(frame)
    }
    // The way of those who take every tick, past the subscription, is watched like that through it.
    if (!hold.taker) return
    const taker = { offer: (frame: Frame) => hold.take(frame) }
    Object.defineProperty(hold, 'taker', { value: taker })
    hold.variant.takers[hold.at] = taker
  }
}

const deliveries: readonly Partial<Delivery>[] = [{}, { policy: 'latest' }, { policy: 'latest', intervalMs: 50 }]

const kinds = {
  tick: fc.constantFrom(0, 0, 0, 2).map(lost => (play: Play) => play.tick(lost)),
  lose: fc.tuple(fc.constantFrom(0, 3), fc.boolean()).map(wish => (play: Play) => play.lose(...wish)),
  replace: fc.boolean().map(isTold => (play: Play) => play.replace(isTold)),
  forget: fc.constant((play: Play) => play.forget()),
  want: fc
    .tuple(fc.constantFrom(...deliveries), fc.constantFrom(0, 0, 1))
    .map(wish => (play: Play) => play.want(...wish)),
  leave: fc.constant((play: Play) => play.leave()),
  kernel: fc.constantFrom('stop', 'take', 'drain' as const).map(what => (play: Play) => play.kernel(what)),
  pass: fc.constantFrom(0, 30, 60).map(ms => (play: Play) => play.pass(ms)),
  say: fc.constant((play: Play) => play.say()),
}

const step = fc.oneof(
  { weight: 8, arbitrary: kinds.tick },
  { weight: 5, arbitrary: kinds.want },
  { weight: 3, arbitrary: kinds.kernel },
  { weight: 2, arbitrary: kinds.pass },
  { weight: 2, arbitrary: kinds.leave },
  kinds.lose,
  kinds.replace,
  kinds.forget,
  kinds.say,
)

it('every publication is delivered, folded or told lost, in whatever order things happen', () => {
  fc.assert(
    fc.property(fc.constantFrom(1000, 1e6), fc.boolean(), fc.array(step, { maxLength: 60 }), (soft, batch, steps) => {
      const play = new Play(soft, batch)
      play.want({}, 0)
      for (const one of steps) one(play)
      expect(play.end()).toEqual([])
    }),
    { numRuns: 2000, seed: 4 },
  )
})
