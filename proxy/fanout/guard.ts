import { isNewer, type Mark, readMark } from '../variation/mark.ts'
import type { Tick } from './frame.ts'

/** All holds of a topic are given the same tick one after the other. */
let lastRead: { readonly tick: Tick; readonly mark: Mark } | undefined

/** What a tick can be compared by. */
export function markOf(tick: Tick): Mark {
  if (lastRead?.tick !== tick) lastRead = { tick, mark: readMark(tick.payload, tick.header.dataSymbolAt) }
  return lastRead.mark
}

/**
 * Stands before a client's hold on a new source until that source has something newer than what the client was given last
 * by the old one: prices neither come twice nor step back.
 */
export class Guard {
  /** What was delivered last. */
  readonly last: Mark
  /** Monotonic milliseconds. */
  readonly since: number
  /** Whether anything was held back. */
  hasWithheld = false

  constructor(last: Mark, since: number) {
    this.last = last
    this.since = since
  }

  /** Whether this is news; then the guard has done its duty. */
  admits(tick: Tick): boolean {
    if (isNewer(markOf(tick), this.last)) return true
    this.hasWithheld = true
    return false
  }
}
