import { createHmac, randomBytes } from 'node:crypto'
import { crc32 } from './checksum.ts'
import { Secret } from './secret.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PREFIX = 'tw_live_'
const ID_LENGTH = 10
/** 43 of base 62 hold 256 bits. */
const SECRET_LENGTH = 43
const CHECK_LENGTH = 6
const OWN = new RegExp(
  `^(${PREFIX}([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECK_LENGTH}})$`,
)
const FOREIGN = /^[0-9A-Fa-f]{64}$/

/** What a key may besides reading prices, which every key may: hear orders, and see and tend the whole proxy. No key can trade. */
export const KEY_SCOPES = ['orders', 'admin'] as const

export type KeyScope = (typeof KEY_SCOPES)[number]

export type KeyShape = { readonly kind: 'own'; readonly id: string } | { readonly kind: 'foreign' }

/**
 * A new data key, `tw_live_<id>_<secret><check>`: the id is public, the secret has 256 random bits, the check is a CRC-32
 * that tells a typing error from a wrong key.
 */
export const newKey = (): NewKey => newText('lasting')

/** The same for what a client may ask for, to be used once. */
export const newTicket = (): NewKey => newText('by-shape')

interface NewKey {
  readonly id: string
  readonly text: Secret
}

function newText(kept: 'lasting' | 'by-shape'): NewKey {
  const id = newId()
  const body = `${PREFIX}${id}_${random(SECRET_LENGTH)}`
  return { id, text: new Secret(body + check(body), kept) }
}

/** A public id for a key that brings none of its own. */
export const newId = (): string => random(ID_LENGTH)

/** What a key text claims to be, without asking any store; undefined for a wrong shape or a wrong check. */
export function readKey(text: string): KeyShape | undefined {
  const [, body, id, sum] = OWN.exec(text) ?? []
  if (body !== undefined && id !== undefined) return check(body) === sum ? { kind: 'own', id } : undefined
  return FOREIGN.test(text) ? { kind: 'foreign' } : undefined
}

/** What is stored of a key. A keyed hash is enough at this many random bits, and costs microseconds. */
export const digestKey = (pepper: Buffer, text: string): Buffer => createHmac('sha256', pepper).update(text).digest()

function random(length: number): string {
  let text = ''
  while (text.length < length) {
    // Bytes from 248 on would make the first eight characters likelier.
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += ALPHABET[byte % 62]
  }
  return text
}

function check(body: string): string {
  let rest = crc32(Buffer.from(body, 'latin1'))
  let text = ''
  for (let place = 0; place < CHECK_LENGTH; place++) {
    text = `${ALPHABET[rest % 62]}${text}`
    rest = Math.floor(rest / 62)
  }
  return text
}
