import type { Instrument } from '../../../shared/market/instrument.ts'
import { nameOf } from '../states.ts'
import type { Track } from './track.ts'
import { isExpected } from './verdict.ts'

const NAMED = 3
/** Time for a subscription in its turn, and for a quote in its place. */
const LATE_MS = 30_000

/** What the broker has said nothing of for long, though it ought to: asked for, or whose market trades. Pure. */
export function lateOf(
  tracks: Iterable<Track>,
  now: number,
  isDue: (instrument: Instrument) => boolean,
): readonly Instrument[] {
  const late: Instrument[] = []
  for (const { instrument, toldAt, phase, phaseSince, saidAt } of tracks) {
    if (toldAt === undefined || saidAt >= toldAt) continue
    const isOpen = isExpected(phase)
    const since = isOpen ? Math.max(toldAt, phaseSince) : toldAt
    if (now - since >= LATE_MS && (isOpen || isDue(instrument))) late.push(instrument)
  }
  return late
}

/**
 * One line for a person of what the broker says nothing of: brokers take a subscription of a token that is none, or of an
 * index under a wrong name, without a word. Nothing when there is nothing. Pure.
 */
export function sentenceOf(late: readonly Instrument[]): string | undefined {
  if (late.length === 0) return undefined
  const more = late.length > NAMED ? ` and ${late.length - NAMED} more` : ''
  return `the broker sends no prices of ${late.slice(0, NAMED).map(nameOf).join(', ')}${more}`
}
