import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/**
 * How a record is sealed. It goes into the associated data, so that none opens as one of another layout: 1, with the key
 * of the vault itself; 2, with the key of its account.
 */
export type Layout = 1 | 2

const CIPHER = 'aes-256-gcm'
const NONCE_LENGTH = 12
const TAG_LENGTH = 16
const KEY_LENGTH = 32
const ACCOUNT_KEY = 'tickwire account key\0'

/** What a sealed text belongs to. It opens there and nowhere else. */
export interface SealedPlace {
  readonly account: string
  readonly field: 'credentials' | 'ticket'
}

// Neither part can hold a NUL, so that no two places give the same bytes.
const associated = ({ account, field }: SealedPlace, layout: Layout): Buffer =>
  Buffer.from(`${layout}\0${account}\0${field}`)

/**
 * The key of one account (HKDF-SHA-256). It tells nothing of the vault's key or of another account's. No salt: the key
 * that it is made of is random already.
 */
export const accountKey = (vaultKey: Buffer, account: string): Buffer =>
  Buffer.from(hkdfSync('sha256', vaultKey, '', `${ACCOUNT_KEY}${account}`, KEY_LENGTH))

/** Nonce (12 bytes, fresh), tag (16), then the text under AES-256-GCM. `key` has 32 bytes. */
export function seal(key: Buffer, place: SealedPlace, text: string, layout: Layout = 2): Buffer {
  const plain = Buffer.from(text)
  try {
    return sealBytes(key, associated(place, layout), plain)
  } finally {
    plain.fill(0)
  }
}

/** The text; `undefined` when it was sealed with another key, in another layout or for another place, or when a bit of it has changed. */
export function unseal(key: Buffer, place: SealedPlace, sealed: Buffer, layout: Layout = 2): string | undefined {
  const plain = unsealBytes(key, associated(place, layout), sealed)
  try {
    return plain?.toString('utf8')
  } finally {
    plain?.fill(0)
  }
}

/** The same for bytes, bound to whatever `bound` says. */
export function sealBytes(key: Buffer, bound: Buffer, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_LENGTH)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_LENGTH }).setAAD(bound)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** The bytes, for the caller to wipe. */
export function unsealBytes(key: Buffer, bound: Buffer, sealed: Buffer): Buffer | undefined {
  const body = NONCE_LENGTH + TAG_LENGTH
  if (sealed.length < body) return undefined
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_LENGTH), { authTagLength: TAG_LENGTH })
    .setAAD(bound)
    .setAuthTag(sealed.subarray(NONCE_LENGTH, body))
  // GCM gives all of it here; what follows is the verdict.
  const plain = decipher.update(sealed.subarray(body))
  try {
    decipher.final()
    return plain
  } catch {
    // Node has no other word for a tag that does not fit.
    plain.fill(0)
    return undefined
  }
}

/** Tells one key from another without telling the key. */
export const keyDigest = (key: Buffer): Buffer => createHmac('sha256', key).update('tickwire vault key').digest()
