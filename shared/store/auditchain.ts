import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { AuditEvent } from '../audit.ts'
import { scrub } from '../redaction.ts'

/** An event as it is kept. */
export interface AuditRecord extends AuditEvent {
  /** From 1, without holes. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Who wrote it: `proxy`, `up`, a feed, `cli`. */
  readonly process: string
}

/** A place in the chain: how many records came before it, and the hash of the last of them. */
export interface Anchor {
  readonly seq: number
  readonly hash: Buffer
}

/** Before the first record. */
export const ORIGIN: Anchor = { seq: 0, hash: Buffer.alloc(32) }

const KEY_BYTES = 32
const PURPOSE = 'tickwire audit'

/** The key of the chain: who has a copy of the records but not of the pepper can change none of them unseen. */
export const chainKey = (pepper: Buffer): Buffer => Buffer.from(hkdfSync('sha256', pepper, '', PURPOSE, KEY_BYTES))

/** All of a record, in the order it is hashed and kept. */
export const valuesOf = (record: AuditRecord): (string | number | null)[] => {
  const { seq, at, process, action, actor, subject, address, result, reason } = record
  return [seq, at, process, action, actor, subject ?? null, address ?? null, result, reason ?? null]
}

/** The hash of a record that follows `before`. */
export const hashRecord = (key: Buffer, before: Buffer, record: AuditRecord): Buffer =>
  createHmac('sha256', key)
    .update(before)
    .update(JSON.stringify(valuesOf(record)))
    .digest()

/** Proves that who knows the key said that the chain begins or ends at this place. */
export const sealAnchor = (key: Buffer, name: string, { seq, hash }: Anchor): Buffer =>
  createHmac('sha256', key).update(`${name} ${seq} `).update(hash).digest()

export const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other)

const LONGEST = { process: 64, actor: 128, subject: 128, address: 64, reason: 500 } as const

/** As it is read again: no control characters, nothing that is no text, and an end; no secret in the words of others. */
export function cleaned(event: AuditEvent & { readonly process: string }): AuditEvent & { readonly process: string } {
  const { subject, address, reason } = event
  return {
    action: event.action,
    result: event.result,
    process: clip(event.process, LONGEST.process),
    actor: clip(event.actor, LONGEST.actor),
    ...(subject !== undefined && { subject: clip(subject, LONGEST.subject) }),
    ...(address !== undefined && { address: clip(address, LONGEST.address) }),
    ...(reason !== undefined && { reason: clip(scrub(reason), LONGEST.reason) }),
  }
}

/** By way of bytes: half of a surrogate pair is stored as another character. */
const clip = (text: string, length: number): string =>
  Buffer.from(text.slice(0, length).replace(/[\p{Cc}\u2028\u2029]/gu, ' ')).toString()
