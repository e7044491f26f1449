import type { TickHeader } from '../../bus/message.ts'
import { writeDigits, writeMillis } from './digits.ts'

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1')

const SEQ = ascii(',"seq":')
const EPOCH = ascii(',"epoch":')
const SNAPSHOT = ascii(',"snapshot":true')
const STALE = ascii(',"stale":true')
const RECENT = ascii(',"recent":true')
const COUNT = ascii(',"count":')
const STAMPS = { adapter: ascii(',"stamps":{"adapter":'), published: ascii(',"published":'), proxy: ascii(',"proxy":') }
const BRACE = 0x7d
/** Six numbers of 16 digits, three of them with a point, and the words between them stay below. */
const ROOM = 256

/** Why a frame is not of now: an old last value, or one of those before the last. */
export type Age = 'stale' | 'recent'

/** What of the hops of a tick its header does not say, microseconds since 1970. */
export interface Stamps {
  /** 0: not known. */
  readonly published: number
  readonly proxy: number
}

/**
 * The end of a frame behind `"broker":"…"`: the stamps, the place, its age, the count, the closing brace. Written backwards
 * into the end of one buffer, where all but the stamps and the sequence can stay from tick to tick.
 */
export class Ending {
  /** The ending is its last `length` bytes. */
  readonly bytes = new Uint8Array(ROOM)
  length = 0
  readonly #seq: boolean
  readonly #count: boolean
  #epoch = -1
  #isSnapshot = false
  #age: Age | undefined
  #standsFor = -1
  /** Where what stays begins. */
  #fixed = ROOM

  constructor({ seq, count }: { readonly seq: boolean; readonly count: boolean }) {
    this.#seq = seq
    this.#count = count
  }

  /** `count`: how many publications the frame stands for. `age`: its value is not of now, and it says so. */
  write(header: TickHeader, count: number, age: Age | undefined, stamps: Stamps | undefined): void {
    const { epoch, sequence, snapshot } = header
    const isSnapshot = age === 'stale' || (age === undefined && this.#seq && (snapshot || count === 0))
    const isOther = isSnapshot !== this.#isSnapshot || age !== this.#age
    if (epoch !== this.#epoch || count !== this.#standsFor || isOther) this.#fix(epoch, count, isSnapshot, age)
    let at = this.#fixed
    if (this.#seq) at = put(this.bytes, SEQ, writeDigits(this.bytes, safe(sequence), at))
    if (stamps) at = putStamps(this.bytes, header.receivedAt, stamps, at)
    this.length = ROOM - at
  }

  #fix(epoch: number, count: number, isSnapshot: boolean, age: Age | undefined): void {
    const { bytes } = this
    let at = ROOM - 1
    bytes[at] = BRACE
    if (this.#count) at = put(bytes, COUNT, writeDigits(bytes, count, at))
    if (age) at = put(bytes, age === 'stale' ? STALE : RECENT, at)
    if (isSnapshot) at = put(bytes, SNAPSHOT, at)
    if (this.#seq) at = put(bytes, EPOCH, writeDigits(bytes, safe(epoch), at))
    this.#fixed = at
    this.#epoch = epoch
    this.#isSnapshot = isSnapshot
    this.#age = age
    this.#standsFor = count
  }
}

function putStamps(target: Uint8Array, receivedAt: number, { published, proxy }: Stamps, end: number): number {
  let at = end - 1
  target[at] = BRACE
  at = put(target, STAMPS.proxy, writeMillis(target, safe(proxy), at))
  if (published > 0) at = put(target, STAMPS.published, writeMillis(target, safe(published), at))
  return put(target, STAMPS.adapter, writeMillis(target, safe(receivedAt), at))
}

/** Puts `text` before `end`; gives where it begins. */
function put(target: Uint8Array, text: Uint8Array, end: number): number {
  const at = end - text.length
  for (let nth = 0; nth < text.length; nth++) target[at + nth] = text[nth] as number
  return at
}

/** A foreign header may hold any 64 bits. */
const safe = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER)
