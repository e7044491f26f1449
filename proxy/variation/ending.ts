import type { TickHeader } from '../../bus/message.ts'
import { writeDigits } from './digits.ts'

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1')

const SEQ = ascii(',"seq":')
const EPOCH = ascii(',"epoch":')
const SNAPSHOT = ascii(',"snapshot":true')
const STALE = ascii(',"stale":true')
const COUNT = ascii(',"count":')
const BRACE = 0x7d
/** Three numbers of 16 digits and the words between them stay below. */
const ROOM = 128

/**
 * The end of a frame behind `"broker":"…"`: the place, its age, the count, the closing brace. Written backwards into the
 * end of one buffer, where all but the sequence can stay from tick to tick.
 */
export class Ending {
  /** The ending is its last `length` bytes. */
  readonly bytes = new Uint8Array(ROOM)
  length = 0
  readonly #seq: boolean
  readonly #count: boolean
  #epoch = -1
  #isSnapshot = false
  #isOld = false
  #standsFor = -1
  /** Where what stays begins. */
  #fixed = ROOM

  constructor({ seq, count }: { readonly seq: boolean; readonly count: boolean }) {
    this.#seq = seq
    this.#count = count
  }

  /** `count`: how many publications the frame stands for. `isOld`: its value is not of now, and it says so. */
  write({ epoch, sequence, snapshot }: TickHeader, count: number, isOld: boolean): void {
    const isSnapshot = isOld || (this.#seq && (snapshot || count === 0))
    const isOther = isSnapshot !== this.#isSnapshot || isOld !== this.#isOld
    if (epoch !== this.#epoch || count !== this.#standsFor || isOther) this.#fix(epoch, count, isSnapshot, isOld)
    let at = this.#fixed
    if (this.#seq) at = put(this.bytes, SEQ, writeDigits(this.bytes, safe(sequence), at))
    this.length = ROOM - at
  }

  #fix(epoch: number, count: number, isSnapshot: boolean, isOld: boolean): void {
    const { bytes } = this
    let at = ROOM - 1
    bytes[at] = BRACE
    if (this.#count) at = put(bytes, COUNT, writeDigits(bytes, count, at))
    if (isOld) at = put(bytes, STALE, at)
    if (isSnapshot) at = put(bytes, SNAPSHOT, at)
    if (this.#seq) at = put(bytes, EPOCH, writeDigits(bytes, safe(epoch), at))
    this.#fixed = at
    this.#epoch = epoch
    this.#isSnapshot = isSnapshot
    this.#isOld = isOld
    this.#standsFor = count
  }
}

/** Puts `text` before `end`; gives where it begins. */
function put(target: Uint8Array, text: Uint8Array, end: number): number {
  const at = end - text.length
  for (let nth = 0; nth < text.length; nth++) target[at + nth] = text[nth] as number
  return at
}

/** A foreign header may hold any 64 bits. */
const safe = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER)
