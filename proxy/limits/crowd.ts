/** Of the places for those without a key: beyond this they have less time for it. */
const BUSY = 0.5
/** Enough for a client that means to come in. */
const LEAST_MS = 1000

/**
 * The time a client has when so much of the places for those without a key is taken, 0 to 1: places are kept by who says
 * nothing, and pass on the sooner the fewer there are. Pure.
 */
export function hurried(fullMs: number, crowd: number): number {
  const part = Math.min(1, Math.max(0, crowd - BUSY) / (1 - BUSY))
  return fullMs - Math.max(0, fullMs - LEAST_MS) * part
}
