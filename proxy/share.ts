/**
 * Limits of the whole proxy: each of its processes gets its part of them. Everything else in `[proxy]` is a limit of one
 * client or of one message, and the same everywhere. The number of connections is limited where all of them come in
 * (`scripts/door.ts`, or the server of a proxy that is one process).
 */
const DIVIDED: ReadonlySet<string> = new Set(['queueTotalBytes', 'resumeBytes'])

/** The settings of one of `workers` processes. */
export const shareOf = <Settings extends object>(settings: Settings, workers: number): Settings => {
  const shares = Object.entries(settings).map(([name, value]: [string, unknown]) => [
    name,
    DIVIDED.has(name) && typeof value === 'number' ? Math.floor(value / workers) : value,
  ])
  return Object.fromEntries(shares) as Settings
}
