import {
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'

const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex')
const KEY_BYTES = 32

/**
 * One run of a process on the bus: an X25519 key that dies with it, and the keys it shares with others. Who records
 * the bus and steals an identity later still has none of these.
 */
export class Run {
  /** The public half, 32 bytes. */
  readonly card: Buffer
  readonly #key: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('x25519')
    this.card = publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length)
    this.#key = privateKey
  }

  /**
   * The key for what `sender` stamps on a topic for the other one; `card` is the other's. Both come to the same, and for
   * every other topic to another one. `undefined` for a card nobody honest makes.
   */
  keyFor(topic: string, card: Buffer, sender: 'self' | 'other'): KeyObject | undefined {
    const cards = sender === 'self' ? [this.card, card] : [card, this.card]
    try {
      const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, card]), format: 'der', type: 'spki' })
      const shared = diffieHellman({ privateKey: this.#key, publicKey })
      const info = Buffer.from(`tickwire lane 1 ${topic}`, 'latin1')
      return createSecretKey(Buffer.from(hkdfSync('sha256', shared, Buffer.concat(cards), info, KEY_BYTES)))
    } catch {
      // A point of small order, with which the key would be known to all.
      return undefined
    }
  }
}
