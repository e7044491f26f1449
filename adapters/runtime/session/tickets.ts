/** What the last login gave. */
export interface Grant {
  /** As the adapter's `ticket` schema gives it. */
  readonly ticket: unknown
  /** Another one for another login. */
  readonly mark: string
  /** Milliseconds since 1970. */
  readonly expiresAt?: number
}

/** Where the session's ticket comes from: logins happen in another process, at any time. */
export interface Tickets {
  /** Nothing before the first login, and after the credentials were replaced. */
  current(): Grant | undefined
  /** Looks now whether there is another one. */
  look(): void
  /** Called when there is. One listener. */
  listen(onChange: () => void): void
}
