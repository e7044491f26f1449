/** What is known of the signs of life of one process, in monotonic milliseconds. */
export interface Heartbeat {
  readonly heardAt: number
  /** When it was last asked whether the process is silent. */
  readonly lookedAt: number
}

/** How often to look. */
export const LOOK_MS = 500
/** A process that says nothing for this long has stopped working: it says so every second. */
export const SILENCE_LIMIT_MS = 5000
/** A look that comes this long after the one before tells of a pause of the onlooker. */
const AWAY_MS = 1500

export const newHeartbeat = (at: number): Heartbeat => ({ heardAt: at, lookedAt: at })

/**
 * Looks at `at` whether the process has been silent too long. An onlooker that was itself stopped or suspended has heard
 * nobody, so that its first look afterwards gives the process the whole time again.
 */
export function look(heartbeat: Heartbeat, at: number): { heartbeat: Heartbeat; silent: boolean } {
  if (at - heartbeat.lookedAt > AWAY_MS) return { heartbeat: newHeartbeat(at), silent: false }
  return { heartbeat: { ...heartbeat, lookedAt: at }, silent: at - heartbeat.heardAt >= SILENCE_LIMIT_MS }
}
