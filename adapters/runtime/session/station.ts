import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Manners } from './manners.ts'
import { Pace } from './pace.ts'
import type { SocketView } from './sockets.ts'
import { ANSWER_MS, type Track } from './track.ts'
import { isDoubtful, isExpected, type Station as Judged, PROBE_MS } from './verdict.ts'

const NEVER = Number.NEGATIVE_INFINITY
/** To see whether a connection lives it is asked for so many of its instruments. */
const PROBES = 3
/** A broker that repeats what it said, where so many seconds with ticks were due, says that there were none. */
const PROOF = 3
/** What had moved when it was asked for again is asked for once more after so long. */
const ONCE_MORE_MS = 5000
/** One instrument is asked for again so often at most, and one connection made anew. */
const AGAIN_MS = 60_000
/** What was never answered is asked for again after so long, and once more after so long. */
const UNANSWERED_MS = [10_000, 20_000]
/** Of more, on a connection that has said nothing at all, none is asked for again. */
const FEW = 10
/** In one look: a broker has to take it besides what is new. */
const MOST_ASKED = 500
/** Of what ticks, one within seconds of a question may be no answer. */
const AT_ONCE_MS = 1000
/** So many wishes in a row were answered at once. */
const SURE_ANSWERS = 3
/** Whether it answers a question is asked after so long, of what hardly ticks by itself while it could answer. */
const ACQUAINTED_MS = 60_000
const HARDLY = 0.1
/** So often at most on one connection. */
const TRIALS = 3
const TRIED = 5

/** What is known of one connection's ticks. Times are monotonic milliseconds. */
export class Station implements Judged {
  readonly pace = new Pace()
  /** What the broker was asked for on it. */
  tracks: Track[] = []
  view: SocketView | undefined
  saidAt = NEVER
  openedAt: number | undefined
  probedAt = NEVER
  /** It was found to bring nothing, and has said nothing since. */
  isMute = false
  /** Until then it was mute: what it was asked before says nothing of the broker. */
  #muteUntil = NEVER
  restartedAt = NEVER
  /** When the broker last showed that a silence is the market's: asked again, it had nothing new. */
  provenAt = NEVER
  readonly #manners: Manners
  #answered = 0
  #trials = 0
  #triedAt = NEVER
  /** Seconds with ticks that were due of what was answered alike since the last question. */
  #proof = 0

  /** `manners`: of the broker, on all connections of the kind. */
  constructor(manners: Manners) {
    this.#manners = manners
  }

  get answersAgain(): boolean {
    return this.#manners.answers
  }

  get answersSurely(): boolean {
    return this.#manners.answersSurely
  }

  get isTaciturn(): boolean {
    return this.#manners.areKnown && !this.#manners.answers
  }

  get answers(): boolean {
    return this.#answered >= SURE_ANSWERS
  }

  /** `view`: how it stands now. */
  see(view: SocketView, now: number): void {
    const isOpen = view.state === 'open' || view.state === 'silent'
    if (!isOpen) this.openedAt = undefined
    else if (this.openedAt === undefined) {
      this.openedAt = now
      this.pace.resume(now)
    }
    this.view = view
  }

  /** It brings nothing while the market trades: nobody shall take that for how the market is. */
  condemn(): void {
    this.isMute = true
    this.pace.excuse()
    for (const { pace } of this.tracks) pace.excuse()
  }

  said(track: Track, isTick: boolean, now: number): void {
    const { toldAt = now, askedAt } = track
    if (!isTick && now - Math.max(toldAt, askedAt) <= ANSWER_MS) this.#answered++
    if (this.isMute) {
      this.isMute = false
      this.#muteUntil = now
    }
    if (track.isReply && askedAt >= this.#muteUntil) this.#learn(now - askedAt)
    this.saidAt = now
    if (isTick) this.pace.ticked(now)
    else if (askedAt >= this.probedAt) this.#weigh(track, now)
  }

  #learn(afterMs: number): void {
    if (afterMs <= AT_ONCE_MS || afterMs > ANSWER_MS) this.#manners.note(afterMs <= AT_ONCE_MS)
  }

  #weigh(track: Track, now: number): void {
    const answer = track.answer(now)
    if (answer === 'moved' || answer === 'news') {
      this.#proof = NEVER
      this.provenAt = NEVER
    } else if (answer === 'same' && track.isTelling) this.#proof += track.pace.expectedIn(track.silentSince, now)
    if (this.#proof >= PROOF) this.provenAt = now
  }

  /** Since its last tick the broker has shown that there was none. */
  get isProven(): boolean {
    return this.provenAt > this.pace.lastAt
  }

  isDueForRestart(now: number): boolean {
    return this.openedAt !== undefined && now - this.restartedAt >= AGAIN_MS
  }

  /** What the broker is to be asked for once more now: it counts as asked. */
  questions(now: number): Instrument[] {
    if (this.openedAt === undefined || this.isMute) return []
    const asked = new Set([
      ...this.#probes(now),
      ...this.#trial(now),
      ...this.tracks.filter(track => this.#isQuestionable(track, now)),
    ])
    const few = [...asked].slice(0, MOST_ASKED)
    for (const track of few) track.ask(now)
    return few.map(({ instrument }) => instrument)
  }

  /** It says nothing at all: does it live? */
  #probes(now: number): Track[] {
    const since = Math.max(this.saidAt, this.openedAt ?? now)
    // The longer a silence is known to be the market's, the less often it is asked about.
    const isAnswered = this.saidAt >= this.probedAt
    const againMs = this.isProven && isAnswered ? Math.min(this.provenAt - this.pace.lastAt, AGAIN_MS) : AGAIN_MS
    if (now - since < PROBE_MS || now - this.probedAt < againMs) return []
    const known = this.tracks.filter(
      ({ phase, phaseSince, saidAt, askedAt }) =>
        (!phase || isExpected(phase)) && now - phaseSince >= PROBE_MS && saidAt > NEVER && now - askedAt >= againMs,
    )
    if (known.length > 0) {
      this.probedAt = now
      this.#proof = 0
    }
    // Of what ticks most often an answer says most.
    const due = new Map(known.map(track => [track, track.pace.expectedIn(now - PROBE_MS, now)]))
    return known.toSorted((one, other) => (due.get(other) ?? 0) - (due.get(one) ?? 0)).slice(0, PROBES)
  }

  /** Does it answer at all, when it is asked again? Better known before it matters. */
  #trial(now: number): Track[] {
    const since = Math.max(this.openedAt ?? now, this.#triedAt)
    if (this.#manners.areKnown || this.#trials >= TRIALS || now - since < ACQUAINTED_MS) return []
    const thin = this.tracks.filter(
      ({ phase, phaseSince, saidAt, askedAt, refusal, pace }) =>
        isExpected(phase) &&
        now - Math.max(phaseSince, saidAt, askedAt) >= PROBE_MS &&
        saidAt > NEVER &&
        refusal === undefined &&
        pace.expectedIn(now - AT_ONCE_MS, now) < HARDLY,
    )
    if (thin.length === 0) return []
    this.#trials++
    this.#triedAt = now
    return thin.slice(0, TRIED)
  }

  #isQuestionable(track: Track, now: number): boolean {
    const { toldAt, phase, phaseSince, saidAt, asked, askedAt } = track
    if (toldAt === undefined || !isExpected(phase) || track.refusal !== undefined) return false
    const againMs = track.answer(now) === 'moved' ? ONCE_MORE_MS : AGAIN_MS
    if (saidAt > NEVER) return now - askedAt >= againMs && isDoubtful(track, this, now)
    const dueMs = UNANSWERED_MS[asked]
    const isHeard = this.saidAt >= (this.openedAt ?? now) || this.tracks.length <= FEW
    return dueMs !== undefined && now - Math.max(toldAt, phaseSince) >= dueMs && isHeard
  }
}
