import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Phase, PhaseAt } from '../../../shared/market/phase.ts'
import type { Condition } from '../states.ts'
import type { LinkView } from './link.ts'
import { LEAST_GAPS, type Pace } from './pace.ts'
import type { Track } from './track.ts'

/** Clients are told within 30 s, also by a machine that is busy. */
export const SILENCE_LIMIT_MS = 25_000
/** Before a person is bothered the broker is asked once more, and has time to answer. */
const DOUBT_MS = 18_000
/** A whole connection is doubted sooner: a question or two may cost a pause each on the way. */
export const PROBE_MS = 12_000
/** So many seconds with ticks should there have been, and there was none: by chance once in 3 million such silences. */
const MANY_EXPECTED = 15
/** Where no calendar says that the market trades, its ticks of half an hour ago do not say it either. */
const UNKNOWN_LIMIT_MS = 1_800_000
/** Brokers say the value of what is asked for at once, but do not promise it: of few instruments it proves nothing. */
const LIVELY = 5
/** A silence is odd that comes once in so many times as long as was looked; options pause, and of single ones there are many. */
const RARITY = 500
const RARITY_OF_OPTIONS = 4000
const RARITY_OF_ONE = 50_000
/** Or so many times as long as the longest, of several that together tick every second. */
const STEADY_GAPS = 8
/** For so long an instrument is in doubt that the broker says nothing of, where it may not answer at all: it may be halted. */
const UNSURE_MS = 180_000
/** Many of a chain are traded once in an hour. */
const OPTIONS: ReadonlySet<string> = new Set(['CE', 'PE'])
/** The others of its connection go on as long as one of them ticked so lately. */
const GOES_ON_MS = 5000
/** What ticks now and then is live between its ticks. */
const THIN_MS = 60_000
/** So many instruments in doubt, and one in so many of what ought to tick, and the feed is. */
const DOUBTED = 5
const DOUBTED_SHARE = 4

export const SAYS_NOTHING = 'no tick for 25 s while the market trades'
const UNANSWERED = 'the broker does not answer for it'
const UNHEARD = 'it ticked every second, and says nothing for 25 s while the others go on'
const UNSAID = 'the broker says nothing of it, its neighbours tick'
const UNASKED = 'it moves, and the broker says so only when it is asked again'

/** One connection, as it is judged. Times are monotonic milliseconds. */
export interface Station {
  /** Of all ticks that came by themselves. */
  readonly pace: Pace
  /** When the broker last said a price on it, asked or not. */
  readonly saidAt: number
  /** When it was opened; nothing while it is not open. */
  readonly openedAt: number | undefined
  /** When it was asked for something once more, to see whether it lives. */
  readonly probedAt: number
  /** The broker answers a first wish at once. */
  readonly answers: boolean
  /** And a repeated one: one without an answer is a sign. */
  readonly answersAgain: boolean
  readonly answersSurely: boolean
  /** That it does not is known. */
  readonly isTaciturn: boolean
  /** Asked again since its last tick, the broker had nothing new: the silence is the market's. */
  readonly isProven: boolean
}

export const isExpected = (phase: Phase | undefined): boolean => phase?.ticks === 'expected'

/** Whether its market has traded for as long as silence is no fault: at the open nobody has had time to say anything. */
export function hasTraded(phaseAt: PhaseAt, instrument: Instrument, wall: number): boolean {
  const phase = phaseAt(instrument, wall)
  return phase?.ticks === 'expected' && wall - phase.from >= SILENCE_LIMIT_MS
}

/** Whether an open connection brings nothing though it ought to. `tracks`: what the broker was asked for on it. Pure. */
export function isMute(station: Station, tracks: readonly Track[], now: number): boolean {
  const { openedAt, saidAt, pace, probedAt } = station
  if (openedAt === undefined) return false
  const silentMs = now - Math.max(pace.lastAt, openedAt)
  if (silentMs < SILENCE_LIMIT_MS) return false
  const rarity = tracks.length < 2 || tracks.every(isOption) ? RARITY_OF_OPTIONS : RARITY
  const isLong = pace.isSteady && tracks.length > 1 && silentMs >= STEADY_GAPS * pace.longestGap
  const isOdd = !station.isProven && (isLong || silentMs >= pace.oddGap(rarity))
  if (isOdd && expectedOf(station, tracks, silentMs, now) >= MANY_EXPECTED) return true
  const expected = tracks.filter(({ phase }) => isExpected(phase))
  const since = Math.max(openedAt, ...expected.map(({ phaseSince, toldAt = openedAt }) => Math.max(phaseSince, toldAt)))
  if (expected.length === 0 || now - Math.max(since, saidAt) < SILENCE_LIMIT_MS) return false
  const isAsked = station.answersAgain || (station.answers && expected.some(isIndex))
  const isProbed = isAsked && probedAt > saidAt && now - probedAt >= SILENCE_LIMIT_MS - PROBE_MS - 2000
  return isProbed || (saidAt < since && isLively(expected))
}

/** Whether what ticked together has been silent for longer than it ever is by itself. Pure. */
export function isHushed(pace: Pace, since: number, now: number): boolean {
  const silentMs = now - Math.max(pace.lastAt, since)
  if (silentMs < SILENCE_LIMIT_MS || silentMs < pace.oddGap(RARITY)) return false
  return pace.expectedIn(now - silentMs, now) >= MANY_EXPECTED
}

/** How many seconds with ticks the instruments should have had in this silence. */
function expectedOf({ answers }: Station, tracks: readonly Track[], silentMs: number, now: number): number {
  let sum = 0
  for (const { phase, pace, silentSince } of tracks) {
    // Where nobody knows when it closes, only an answer tells a broker that is mute from a market that is over.
    const isUnknown = phase === undefined && answers && silentMs < UNKNOWN_LIMIT_MS
    if (isUnknown || isExpected(phase)) sum += pace.expectedIn(Math.max(now - silentMs, silentSince), now)
  }
  return sum
}

const isOption = ({ instrument }: Track): boolean => OPTIONS.has(instrument.kind)

/** It moves every second of the session. */
const isIndex = ({ instrument }: Track): boolean => instrument.kind === 'INDEX'

/** An index moves every second of the session; of many instruments one does, unless they are options. */
const isLively = (tracks: readonly Track[]): boolean =>
  tracks.some(isIndex) || tracks.filter(track => !isOption(track)).length >= LIVELY

/** Whether it ought to have ticked: it does so every second, and the others of its connection go on. Pure. */
export function isDoubtful(track: Track, station: Station, now: number): boolean {
  const { pace, phase, silentSince } = track
  const silentMs = now - silentSince
  if (!isExpected(phase) || silentMs < DOUBT_MS || now - station.pace.lastAt > GOES_ON_MS) return false
  if (pace.isDense) return silentMs >= LEAST_GAPS * pace.longestGap
  // The day has only begun, and it does so by its nature, or did so the day before.
  if (isIndex(track) && station.answers && silentSince > pace.lastAt) return true
  return track.isUsuallyDense && station.answersAgain && silentMs >= LEAST_GAPS * pace.longestGap
}

/** How an instrument stands that the broker was asked for on an open connection that is not mute. Pure. */
export function judgeTrack(track: Track, station: Station, now: number): Condition {
  const { phase, saidAt, silentSince, toldAt = now, pace } = track
  const silentMs = now - Math.max(silentSince, saidAt)
  const isFlowing = now - pace.lastAt < SILENCE_LIMIT_MS && pace.lastAt >= toldAt
  if (phase && !isExpected(phase)) return isFlowing ? { state: 'live' } : restOf(phase)
  if (saidAt < toldAt) {
    if (now - Math.max(toldAt, track.phaseSince) < SILENCE_LIMIT_MS) return { state: 'confirmed' }
    return phase ? { state: 'suspect', reason: UNANSWERED } : { state: 'quiet', reason: 'nothing came of it yet' }
  }
  const doubt = now - silentSince >= SILENCE_LIMIT_MS ? doubtOf(track, station, now) : undefined
  if (doubt !== undefined) return { state: 'suspect', reason: doubt }
  if (isUnsaid(track, station, now)) return { state: 'quiet', reason: UNSAID }
  const isThin = silentMs >= Math.max(THIN_MS, LEAST_GAPS * pace.longestGap)
  return isThin ? { state: 'quiet', reason: 'it has little to say' } : { state: 'live' }
}

function doubtOf(track: Track, station: Station, now: number): string | undefined {
  if (!isDoubtful(track, station, now) || isUnsaid(track, station, now)) return undefined
  const isOdd = isIndex(track) || (!isOption(track) && now - track.silentSince >= track.pace.oddGap(RARITY_OF_ONE))
  if (!isOdd && !station.answersSurely) return undefined
  const answer = track.answer(now)
  if (answer === 'unanswered') return UNHEARD
  if (answer === 'news') return UNASKED
  // While it is asked for once more the doubt stays.
  if (!track.isSuspect || answer === 'same') return undefined
  return track.hasMoved ? UNASKED : UNHEARD
}

/** It was asked for again and again, and nothing says whether the broker answers such wishes. */
const isUnsaid = (track: Track, station: Station, now: number): boolean =>
  !station.answersAgain &&
  !track.hasMoved &&
  track.answer(now) === 'unanswered' &&
  (station.isTaciturn || now - track.silentSince >= UNSURE_MS) &&
  isDoubtful(track, station, now)

const restOf = ({ name, ticks }: Phase): Condition => ({
  state: 'quiet',
  reason: ticks === 'none' ? `the market gives no ticks: ${name}` : `few trade: ${name}`,
})

/** Whether so many are in doubt that it is the feed. Pure. */
export const areMany = (doubted: number, expected: number): boolean =>
  doubted >= DOUBTED && doubted * DOUBTED_SHARE >= expected

/** How an instrument stands on a connection that is not open. Pure. */
export function conditionOf({ state, error }: LinkView): Condition {
  if (state === 'silent') return { state: 'suspect', reason: 'no byte from the broker for some seconds' }
  if (error) return { state: 'down', reason: `${error.code}: ${error.message}` }
  return { state: 'accepted', reason: 'connecting to the broker' }
}
