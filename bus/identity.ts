import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** Bytes of a private key, and of a public one. */
export const IDENTITY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** What goes before the 32 bytes of a raw Ed25519 key in the encodings that node:crypto reads (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** Bytes of a public key that stand for it in a seal. */
const ID_BYTES = 8

/** A name for a public key, to find it among others. */
export const idOf = (publicKey: Buffer): string => publicKey.toString('latin1', 0, ID_BYTES)

/** What one process proves itself with on the bus: an Ed25519 key. Its private half never leaves it. */
export class Identity {
  /** 32 bytes. */
  readonly publicKey: Buffer
  readonly #key: KeyObject

  /** `seed`: 32 random bytes, the private key. */
  constructor(seed: Buffer) {
    this.#key = createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' })
    const spki = createPublicKey(this.#key).export({ format: 'der', type: 'spki' })
    this.publicKey = spki.subarray(PUBLIC_HEAD.length)
  }

  sign(bytes: Buffer): Buffer {
    return sign(null, bytes, this.#key)
  }
}

/** Somebody whose signature can be checked. */
export class Signer {
  readonly publicKey: Buffer
  readonly id: string
  readonly #key: KeyObject

  /** Throws for anything but 32 bytes. */
  constructor(publicKey: Buffer) {
    this.publicKey = publicKey
    this.id = idOf(publicKey)
    this.#key = createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, publicKey]), format: 'der', type: 'spki' })
  }

  hasSigned(bytes: Buffer, signature: Buffer): boolean {
    return verify(null, bytes, this.#key, signature)
  }
}
