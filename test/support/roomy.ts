/** Limits at the door that no test meets by accident: many of them bring hundreds of clients with one key from one address. */
export const ROOMY = {
  connectionsPerKey: 100_000,
  connectionsPerUser: 100_000,
  connectionsPerAddress: 100_000,
  connectsPerAddressPerSecond: 100_000,
  connectsPerAddressBurst: 100_000,
  handshakesPerSecond: 100_000,
  maxUnauthenticated: 100_000,
  unauthenticatedPerAddress: 100_000,
  messagesPerSecond: 100_000,
  messagesBurst: 100_000,
  requestsPerSecond: 100_000,
  requestsBurst: 100_000,
  symbolsPerConnection: 1_000_000,
  symbolsPerKey: 10_000_000,
  badKeysPerMinute: 100_000,
  badKeysPerSecond: 100_000,
} as const

/** The same for a process. What a test says in a file does not count against it: it takes what it needs out. */
export const ROOMY_ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ROOMY).map(([name, value]) => [
    `TICKWIRE_PROXY_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`,
    String(value),
  ]),
)
