import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

/** Goes into the associated data: a later layout never opens as this one. */
const LAYOUT = 1
const CIPHER = 'aes-256-gcm'
const NONCE_LENGTH = 12
const TAG_LENGTH = 16

/** What a sealed text belongs to. It opens there and nowhere else. */
export interface SealedPlace {
  readonly account: string
  readonly field: 'credentials' | 'ticket'
}

// Neither part can hold a NUL, so that no two places give the same bytes.
const associated = ({ account, field }: SealedPlace): Buffer => Buffer.from(`${LAYOUT}\0${account}\0${field}`)

/** Nonce (12 bytes, fresh), tag (16), then the text under AES-256-GCM. `key` has 32 bytes. */
export function seal(key: Buffer, place: SealedPlace, text: string): Buffer {
  const nonce = randomBytes(NONCE_LENGTH)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_LENGTH }).setAAD(associated(place))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** The text; `undefined` when it was sealed with another key or for another place, or when a bit of it has changed. */
export function unseal(key: Buffer, place: SealedPlace, sealed: Buffer): string | undefined {
  const body = NONCE_LENGTH + TAG_LENGTH
  if (sealed.length < body) return undefined
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_LENGTH), { authTagLength: TAG_LENGTH })
    .setAAD(associated(place))
    .setAuthTag(sealed.subarray(NONCE_LENGTH, body))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(body)), decipher.final()]).toString('utf8')
  } catch {
    // Node has no other word for a tag that does not fit.
    return undefined
  }
}

/** Tells one key from another without telling the key. */
export const keyDigest = (key: Buffer): Buffer => createHmac('sha256', key).update('tickwire vault key').digest()
