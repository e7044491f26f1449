import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { IDENTITY_BYTES, type Identity, idOf, SIGNATURE_BYTES, type Signer } from './identity.ts'
import { readUint64, writeUint64 } from './message.ts'

/**
 * What follows the body of a message that must prove where it comes from. Little-endian; the last byte says which.
 *
 * Signed, 153 bytes: what is for everybody, a few messages a second.
 *
 *     0  8    id of the signer: the first bytes of its Ed25519 public key
 *     8  32   card: X25519 public key of the process, made at its start
 *    40  u64  count of what this process has signed and stamped: grows
 *    48  u64  time of signing, microseconds since 1970
 *    56  32   name of the speaker, a feed or a proxy, filled up with zeros
 *    88  64   Ed25519 signature over topic, `\0`, body and the 88 bytes before
 *   152  u8   1
 *
 * Stamped, 33 bytes: what is for one receiver, under a key only the two have (session.ts).
 *
 *     0  8    first bytes of the sender's card
 *     8  u64  the same count, which is the nonce
 *    16  16   ChaCha20-Poly1305 tag of the body
 *    32  u8   2
 */
export interface SignedSeal {
  readonly id: string
  readonly card: Buffer
  readonly count: number
  readonly signedAt: number
  readonly name: string
}

export interface Stamp {
  readonly tag: string
  readonly count: number
}

const SIGNED = 1
const STAMPED = 2
const TAG_BYTES = 8
const MAC_BYTES = 16
const NONCE_BYTES = 12
const NAME_AT = 56
const SIGNATURE_AT = 88
const SIGNED_BYTES = SIGNATURE_AT + SIGNATURE_BYTES + 1
const STAMP_BYTES = 33
const MAC_AT = 16
const CIPHER = 'chacha20-poly1305'
const ZERO = Buffer.alloc(1)

/** A short name for a card. */
export const tagOf = (card: Buffer): string => card.toString('latin1', 0, TAG_BYTES)

/** Which seal ends these bytes, if any does. */
export function sealOf(bytes: Buffer): 'signed' | 'stamped' | undefined {
  const kind = bytes[bytes.length - 1]
  if (kind === SIGNED && bytes.length >= SIGNED_BYTES) return 'signed'
  return kind === STAMPED && bytes.length >= STAMP_BYTES ? 'stamped' : undefined
}

/** The seal for a body on a topic. */
export function signBody(identity: Identity, topic: string, body: Buffer, seal: Omit<SignedSeal, 'id'>): Buffer {
  const bytes = Buffer.alloc(SIGNED_BYTES)
  bytes.set(identity.publicKey.subarray(0, TAG_BYTES), 0)
  bytes.set(seal.card, TAG_BYTES)
  writeUint64(bytes, seal.count, TAG_BYTES + IDENTITY_BYTES)
  writeUint64(bytes, seal.signedAt, TAG_BYTES + IDENTITY_BYTES + 8)
  bytes.write(seal.name, NAME_AT, 'latin1')
  bytes.set(identity.sign(signedText(topic, body, bytes.subarray(0, SIGNATURE_AT))), SIGNATURE_AT)
  bytes[SIGNED_BYTES - 1] = SIGNED
  return bytes
}

/** What a signed message says of itself; nothing of it is proven yet. */
export function readSigned(sealed: Buffer): { body: Buffer; seal: SignedSeal } {
  const at = sealed.length - SIGNED_BYTES
  const head = sealed.subarray(at, at + SIGNATURE_AT)
  return {
    body: sealed.subarray(0, at),
    seal: {
      id: idOf(head),
      // A copy: it outlives the message.
      card: Buffer.from(head.subarray(TAG_BYTES, TAG_BYTES + IDENTITY_BYTES)),
      count: readUint64(head, TAG_BYTES + IDENTITY_BYTES),
      signedAt: readUint64(head, TAG_BYTES + IDENTITY_BYTES + 8),
      name: head.toString('latin1', NAME_AT).replace(/\0+$/, ''),
    },
  }
}

/** Whether it is as its signer signed it, on this topic. */
export function isSigned(signer: Signer, topic: string, sealed: Buffer): boolean {
  const at = sealed.length - SIGNED_BYTES
  const head = sealed.subarray(at, at + SIGNATURE_AT)
  const text = signedText(topic, sealed.subarray(0, at), head)
  return signer.hasSigned(text, sealed.subarray(at + SIGNATURE_AT, sealed.length - 1))
}

const signedText = (topic: string, body: Buffer, head: Buffer): Buffer =>
  Buffer.concat([Buffer.from(topic, 'latin1'), ZERO, body, head])

/** Once per key and count: the same nonce for two bodies would give the key away. */
export function stampBody(key: KeyObject, body: Buffer, { card, count }: { card: Buffer; count: number }): Buffer {
  const bytes = Buffer.allocUnsafe(STAMP_BYTES)
  bytes.set(card.subarray(0, TAG_BYTES), 0)
  writeUint64(bytes, count, TAG_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonceOf(bytes), { authTagLength: MAC_BYTES })
  cipher.setAAD(body, { plaintextLength: 0 })
  cipher.final()
  bytes.set(cipher.getAuthTag(), MAC_AT)
  bytes[STAMP_BYTES - 1] = STAMPED
  return bytes
}

export function readStamped(sealed: Buffer): { body: Buffer; stamp: Stamp } {
  const at = sealed.length - STAMP_BYTES
  const tag = sealed.toString('latin1', at, at + TAG_BYTES)
  return { body: sealed.subarray(0, at), stamp: { tag, count: readUint64(sealed, at + TAG_BYTES) } }
}

/** Whether who has the key has sent it. */
export function isStamped(key: KeyObject, sealed: Buffer): boolean {
  const at = sealed.length - STAMP_BYTES
  const stamp = sealed.subarray(at)
  const decipher = createDecipheriv(CIPHER, key, nonceOf(stamp), { authTagLength: MAC_BYTES })
  decipher.setAAD(sealed.subarray(0, at), { plaintextLength: 0 })
  decipher.setAuthTag(stamp.subarray(MAC_AT, MAC_AT + MAC_BYTES))
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}

/** The count, and four zeros. */
function nonceOf(stamp: Buffer): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  stamp.copy(nonce, 0, TAG_BYTES, TAG_BYTES + 8)
  return nonce
}
