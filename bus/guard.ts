import type { Clock } from '../shared/clock.ts'
import {
  type Bus,
  type BusMessage,
  CONTROL_PREFIX,
  type Demand,
  ORDERS_PREFIX,
  STATES_PREFIX,
  STATUS_PREFIX,
} from './bus.ts'
import type { Identity, Signer } from './identity.ts'
import { LANE_PREFIX } from './lane.ts'
import { type Peer, Peers } from './peers.ts'
import { fits, Scrutiny } from './scrutiny.ts'
import { isSigned, isStamped, readSigned, readStamped, sealOf, signBody, stampBody, tagOf } from './seal.ts'
import { Run } from './session.ts'

/** Why a message was dropped. */
export type Fault = 'unsigned' | 'unregistered' | 'forged' | 'repeated' | 'untimely' | 'unmet' | 'oversized' | 'unread'

export type Role = 'feed' | 'proxy'

export interface GuardParts {
  readonly bus: Bus
  readonly identity: Identity
  /** Of the feed or the proxy this process is, as its topics have it. */
  readonly name: string
  /** Who is registered under a name, or as a proxy; looked up anew when it is not the one with this id. */
  readonly signerOf: (role: Role, name: string, id: string) => Signer | undefined
  /** Hears of each message that was dropped: whose it pretended to be, and why. */
  readonly onDropped: (name: string, fault: Fault) => void
  readonly clock: Clock
}

/** A process heard for the first time has signed within this time; after that its count says what is new. */
const TIMELY_MICROS = 30_000_000

/**
 * A door to the bus where nobody can pass for another: it signs what its process says, stamps its lanes, and lets in
 * what a registered feed or proxy has said, in its own name, once. Ticks outside of lanes and the plain form carry no
 * seal and pass as they are: they count for external feeds only (proxy/inbound.ts).
 */
export function guard(parts: GuardParts): Bus {
  return new GuardedBus(parts)
}

class GuardedBus implements Bus {
  readonly #parts: GuardParts
  readonly #bus: Bus
  readonly #run = new Run()
  readonly #peers = new Peers(this.#run)
  readonly #scrutiny: Scrutiny
  /** How much was signed and stamped. No count comes twice, whatever is forgotten: it is the nonce. */
  #count = 0

  constructor(parts: GuardParts) {
    this.#parts = parts
    this.#bus = parts.bus
    this.#scrutiny = new Scrutiny(parts.clock)
  }

  publish(topic: string, body: Buffer): void {
    const speech = speechOf(topic)
    if (!speech) this.#bus.publish(topic, body)
    else if (speech.isLane) this.#publishLane(topic, body)
    else this.#bus.publish(topic, body, this.#sign(topic, body))
  }

  subscribe(topic: string): void {
    this.#bus.subscribe(topic)
  }

  unsubscribe(topic: string): void {
    this.#bus.unsubscribe(topic)
  }

  subscribePrefix(prefix: string): void {
    this.#bus.subscribePrefix(prefix)
  }

  unsubscribePrefix(prefix: string): void {
    this.#bus.unsubscribePrefix(prefix)
  }

  onMessage(receive: (message: BusMessage) => void): void {
    this.#bus.onMessage(message => {
      const speech = speechOf(message.topic)
      const passed = speech ? this.#open(message, speech) : message
      if (passed) receive(passed)
    })
  }

  onDemand(listen: Demand): void {
    this.#bus.onDemand(listen)
  }

  onConnection(listen: (connected: boolean) => void): void {
    this.#bus.onConnection(listen)
  }

  counts(): ReturnType<Bus['counts']> {
    return this.#bus.counts()
  }

  connected(): boolean {
    return this.#bus.connected()
  }

  close(): Promise<void> {
    return this.#bus.close()
  }

  #sign(topic: string, body: Buffer): Buffer {
    const { identity, name, clock } = this.#parts
    return signBody(identity, topic, body, {
      card: this.#run.card,
      count: ++this.#count,
      signedAt: clock.micros(),
      name,
    })
  }

  /** Nothing goes to a proxy that has not said who it is: only what it says makes a lane. */
  #publishLane(topic: string, body: Buffer): void {
    const peer = this.#peers.latest(topic.slice(topic.lastIndexOf('_') + 1))
    if (!peer) return
    const lane = this.#peers.lane(peer, topic, 'self')
    if (!lane.key) return
    // It may know no word of this process yet, and could not tell whose lane it is.
    if (lane.count === 0) this.#bus.publish(topic, NOTHING, this.#sign(topic, NOTHING))
    lane.count = ++this.#count
    this.#bus.publish(topic, body, stampBody(lane.key, body, { card: this.#run.card, count: lane.count }))
  }

  #open({ topic, body, plain }: BusMessage, speech: Speech): BusMessage | undefined {
    const kind = plain ? undefined : sealOf(body)
    if (kind === 'stamped' && speech.isLane) return this.#openLane(topic, body, speech.feed)
    if (kind === 'signed') return this.#openSigned(topic, body, speech)
    return this.#drop(speech.feed, 'unsigned')
  }

  #openSigned(topic: string, sealed: Buffer, { role, feed, isLane }: Speech): BusMessage | undefined {
    const { body, seal } = readSigned(sealed)
    const { name, id, card, count } = seal
    // What this process said comes back to it where it listens to its own topic.
    if (card.equals(this.#run.card)) return undefined
    if (role === 'feed' && name !== feed) return this.#drop(feed, 'forged')
    if (!fits(topic, body.length)) return this.#drop(feed, 'oversized')
    const peer = this.#peers.find(name, tagOf(card))
    if (peer && count <= peer.count) return this.#drop(feed, 'repeated')
    const signer = this.#parts.signerOf(role, name, id)
    if (!signer) return this.#drop(feed, 'unregistered')
    if (signer.id !== id) return this.#drop(feed, 'forged')
    const isKnown = peer !== undefined
    if (!this.#scrutiny.mayCheck(feed, isKnown)) return this.#drop(feed, 'unread')
    if (!isSigned(signer, topic, sealed)) {
      this.#scrutiny.failed(feed, isKnown, body.length)
      return this.#drop(feed, 'forged')
    }
    if (!peer && Math.abs(this.#parts.clock.micros() - seal.signedAt) > TIMELY_MICROS)
      return this.#drop(feed, 'untimely')
    if (peer) peer.count = count
    else this.#peers.meet(seal)
    // On a lane it was but the introduction.
    return isLane ? undefined : { topic, body, plain: false }
  }

  #openLane(topic: string, sealed: Buffer, feed: string): BusMessage | undefined {
    const { body, stamp } = readStamped(sealed)
    const peer = this.#peers.find(feed, stamp.tag)
    if (!peer || !this.#isTrusted(peer)) return this.#drop(feed, 'unmet')
    const lane = this.#peers.lane(peer, topic, 'other')
    if (!lane.key || !isStamped(lane.key, sealed)) return this.#drop(feed, 'forged')
    if (stamp.count <= lane.count) return this.#drop(feed, 'repeated')
    lane.count = stamp.count
    return { topic, body, plain: false }
  }

  /** An identity that was replaced takes its runs with it. */
  #isTrusted({ name, id }: Peer): boolean {
    return this.#parts.signerOf('feed', name, id)?.id === id
  }

  #drop(name: string, fault: Fault): undefined {
    this.#parts.onDropped(name, fault)
    return undefined
  }
}

const NOTHING = Buffer.alloc(0)

interface Speech {
  readonly role: Role
  /** Whose topic it is. */
  readonly feed: string
  readonly isLane: boolean
}

const SIGNED: readonly (readonly [string, Role])[] = [
  [STATUS_PREFIX, 'feed'],
  [STATES_PREFIX, 'feed'],
  [ORDERS_PREFIX, 'feed'],
  [CONTROL_PREFIX, 'proxy'],
]

/** Who may speak on a topic; `undefined` where no seal is. */
function speechOf(topic: string): Speech | undefined {
  // Neither name holds an underscore.
  if (topic.startsWith(LANE_PREFIX))
    return { role: 'feed', feed: topic.slice(LANE_PREFIX.length, topic.lastIndexOf('_')), isLane: true }
  for (const [prefix, role] of SIGNED)
    if (topic.startsWith(prefix)) return { role, feed: topic.slice(prefix.length), isLane: false }
  return undefined
}
