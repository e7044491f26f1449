/** Where the hub says which topics it needs and no longer needs. */
export interface Demand {
  want(feed: string, topic: string): void
  drop(feed: string, topic: string): void
  /** Asks for the last values of everything wanted of a feed. */
  resync(feed: string): void
}
