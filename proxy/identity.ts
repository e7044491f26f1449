import type { Secret } from '../shared/secret.ts'

/** A client whose key was good. */
export interface Identity {
  readonly userId: string
  /** Who came with a browser's ticket counts as the key that minted it. */
  readonly keyId: string
  /** A local command's ticket is good for the moment of authentication only; the connection it opened outlives it. */
  readonly ticket: boolean
  /** Where it came from. */
  readonly address?: string | undefined
  /** Of the key. */
  readonly label?: string
  /** Its id, where a page's session is what was shown; it counts as its key. */
  readonly session?: string
}

/** Who did something, as the audit tells it. */
export const actorOf = ({ ticket, keyId }: Identity): string => (ticket ? 'operator' : `key:${keyId}`)

/** `renewal`: it was asked for by a ticket of a session. */
export type StartedSession = { readonly session: Secret; readonly identity: Identity } | 'renewal' | undefined

export interface SessionWish {
  readonly ttlMs: number
  /** Of one key. */
  readonly most: number
  /** Asked before there is one, with whose it would be. */
  readonly mayStart: (holder: string) => boolean
}
