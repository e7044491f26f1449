import type { KeyObject } from 'node:crypto'
import { type SignedSeal, tagOf } from './seal.ts'
import type { Run } from './session.ts'

/** The key of one lane, and the count of the last message stamped with it, sent or taken. */
export interface LaneKey {
  readonly key: KeyObject | undefined
  count: number
}

/** One run of another process, known by what it signed. */
export interface Peer {
  /** Feed or proxy. */
  readonly name: string
  /** Of the identity that vouched for it. */
  readonly id: string
  readonly card: Buffer
  /** Of the last message that it signed. */
  count: number
  readonly lanes: Map<string, LaneKey>
}

/** After a restart the old process and the new one are both heard for a while; more is nobody's honest need. */
const RUNS_KEPT = 4
/** Names of proxies are new at each start. */
const NAMES_KEPT = 1024

/** Who has been heard, by name: each of its latest runs. Only what was proven comes in. */
export class Peers {
  readonly #run: Run
  readonly #byName = new Map<string, Peer[]>()

  constructor(run: Run) {
    this.#run = run
  }

  find(name: string, tag: string): Peer | undefined {
    return this.#byName.get(name)?.find(peer => tagOf(peer.card) === tag)
  }

  /** The run of this name that was heard of last. */
  latest(name: string): Peer | undefined {
    return this.#byName.get(name)?.at(-1)
  }

  /** A run is heard for the first time. */
  meet({ name, id, card, count }: SignedSeal): Peer {
    const peer: Peer = { name, id, card, count, lanes: new Map() }
    const runs = this.#byName.get(name) ?? []
    this.#byName.delete(name)
    this.#byName.set(name, [...runs.slice(1 - RUNS_KEPT), peer])
    const [oldest] = this.#byName.keys()
    if (this.#byName.size > NAMES_KEPT && oldest !== undefined) this.#byName.delete(oldest)
    return peer
  }

  /** The key of a lane between this process and a peer. */
  lane(peer: Peer, topic: string, sender: 'self' | 'other'): LaneKey {
    let lane = peer.lanes.get(topic)
    if (!lane) {
      lane = { key: this.#run.keyFor(topic, peer.card, sender), count: 0 }
      peer.lanes.set(topic, lane)
    }
    return lane
  }
}
