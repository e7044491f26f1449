/** How the bytes of a field are laid out: protobuf documentation, "Encoding". */
const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const GROUP = 3
const GROUP_END = 4
const FIXED32 = 5

const text = new TextDecoder()

/**
 * Goes through the fields of one protobuf message that lies in `bytes` from `from` to `to`, in their order: `next()` says
 * whether there is another one, and after it the getters speak of that one. It never reads beyond `to` and never throws;
 * where a message ends in the middle of a field, or holds what is none, there is no next one, in it and in the messages
 * around it, and `isMalformed` is true.
 */
export class Fields {
  readonly #bytes: Uint8Array
  readonly #to: number
  readonly #around: Fields | undefined
  #at: number
  #number = 0
  #type = VARINT
  /** Of a varint, its two halves; of bytes, where they begin and how many they are. */
  #low = 0
  #high = 0
  #isMalformed = false

  constructor(bytes: Uint8Array, from = 0, to = bytes.length, around?: Fields) {
    this.#bytes = bytes
    this.#at = from
    this.#to = to
    this.#around = around
  }

  get isMalformed(): boolean {
    return this.#isMalformed
  }

  /** The field's number; 0 for one that is laid out in a way nothing here is: to be passed over. */
  get varint(): number {
    return this.#type === VARINT ? this.#number : 0
  }

  /** The same for a field that is a text or a message. */
  get bytes(): number {
    return this.#type === BYTES ? this.#number : 0
  }

  get uint32(): number {
    return this.#low
  }

  /** Exact below 2^53. */
  get uint64(): number {
    return this.#high * 0x1_0000_0000 + this.#low
  }

  /** Negative ones are ten bytes long. Exact below 2^53. */
  get int64(): number {
    return (this.#high | 0) * 0x1_0000_0000 + this.#low
  }

  get text(): string {
    return text.decode(this.#bytes.subarray(this.#low, this.#low + this.#high))
  }

  get message(): Fields {
    return new Fields(this.#bytes, this.#low, this.#low + this.#high, this)
  }

  next(): boolean {
    let groups = 0
    while (!this.#isMalformed && this.#at < this.#to) {
      this.#readVarint()
      this.#number = this.#low >>> 3
      this.#type = this.#low & 7
      if (this.#type === GROUP) groups++
      else if (this.#type === GROUP_END && groups > 0) groups--
      else {
        this.#readValue()
        if (groups === 0 && !this.#isMalformed) return true
      }
    }
    if (groups > 0) this.#spoil()
    return false
  }

  #readValue(): void {
    if (this.#type === VARINT) this.#readVarint()
    else if (this.#type === FIXED64) this.#pass(8)
    else if (this.#type === FIXED32) this.#pass(4)
    else if (this.#type === BYTES) {
      this.#readVarint()
      const length = this.#high > 0 ? Number.POSITIVE_INFINITY : this.#low
      this.#low = this.#at
      this.#high = length
      this.#pass(length)
    } else this.#spoil()
  }

  #pass(count: number): void {
    if (count > this.#to - this.#at) this.#spoil()
    else this.#at += count
  }

  /** Seven bits a byte, the lowest first; ten bytes at the most. */
  #readVarint(): void {
    this.#low = 0
    this.#high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#at < this.#to ? this.#bytes[this.#at++] : undefined
      if (byte === undefined) break
      const bits = byte & 0x7f
      if (shift < 28) this.#low |= bits << shift
      else if (shift === 28) {
        this.#low |= bits << 28
        this.#high = bits >>> 4
      } else this.#high |= bits << (shift - 32)
      if (byte < 0x80) {
        this.#low >>>= 0
        this.#high >>>= 0
        return
      }
    }
    this.#spoil()
  }

  #spoil(): void {
    this.#isMalformed = true
    if (this.#around) this.#around.#spoil()
  }
}
