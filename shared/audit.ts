/** What the audit tells: keys, accounts, logins, limits and configuration. */
export type AuditAction =
  | 'auth.accepted'
  | 'auth.refused'
  | 'auth.locked'
  | 'key.created'
  | 'key.imported'
  | 'key.changed'
  | 'key.rotated'
  | 'key.revoked'
  | 'ticket.minted'
  | 'session.created'
  | 'session.ended'
  | 'account.added'
  | 'account.removed'
  | 'account.login'
  | 'account.login_failed'
  | 'feed.added'
  | 'feed.changed'
  | 'feed.removed'
  | 'feed.shared'
  | 'feed.state'
  | 'feed.unshared'
  | 'subscribe.refused'
  | 'limit.reached'
  | 'bus.writer_dropped'
  | 'bus.keys_made'
  | 'config.loaded'
  | 'tls.reloaded'
  | 'secrets.rekeyed'
  | 'secrets.exported'
  | 'audit.begun'
  | 'audit.lost'
  | 'audit.pruned'

export interface AuditEvent {
  readonly action: AuditAction
  /** Who did it: `user:ID`, `key:ID`, `feed:NAME`, `operator`, or `stranger`. Never a secret. */
  readonly actor: string
  /** What it was done to: a key id, a feed, the name of a limit. */
  readonly subject?: string
  /** Where it came from, an IP address. */
  readonly address?: string
  readonly result: 'ok' | 'refused'
  /** One sentence for a person, without secrets. */
  readonly reason?: string
}

/** Takes what is to be told later. Never blocks, never throws: prices go on when the disk is full. */
export interface Audit {
  record(event: AuditEvent): void
}
