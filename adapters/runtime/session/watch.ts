import type { Cancel, Clock } from '../../../shared/clock.ts'
import type { Log } from '../../../shared/log.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { PhaseAt } from '../../../shared/market/phase.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import type { Rejection } from '../catalogue.ts'
import { refusalsOf } from '../refused.ts'
import type { Condition, States } from '../states.ts'
import type { Union } from '../union.ts'
import { Manners } from './manners.ts'
import type { Sockets } from './sockets.ts'
import { type Standing, silenceOf } from './standing.ts'
import { Station } from './station.ts'
import { Track } from './track.ts'
import { lateOf } from './unanswered.ts'
import { areMany, conditionOf, isExpected, isMute, judgeTrack, SILENCE_LIMIT_MS } from './verdict.ts'

interface WatchParts {
  readonly sockets: Pick<Sockets, 'views' | 'numberOf' | 'isTold' | 'askAgain' | 'restart'>
  readonly states: States
  readonly phaseAt: PhaseAt
  /** Wanted, and more than the account may have. */
  readonly excess: () => readonly Instrument[]
  /** Topics that cannot be served. */
  readonly rejected: () => readonly Rejection[]
  /** What keeps all of them from ticking, whatever their connection does. */
  readonly block: () => Condition | undefined
  readonly clock: Clock
  readonly log: Log
}

/** What has happened is judged within this time, and what happens meanwhile with it. */
const PAUSE_MS = 50

/**
 * Watches what the connections bring: learns how every wanted instrument ticks, asks the broker again where a silence is
 * odd, makes anew a connection that is mute, and says of every instrument how it stands.
 */
export class Watch {
  readonly #parts: WatchParts
  readonly #tracks = new Map<Instrument, Track>()
  readonly #stations = new Map<number, Station>()
  /** Of the broker on its main connections, and on others. */
  readonly #manners = [new Manners(), new Manners()] as const
  readonly #fresh = new Set<Track>()
  #isAllFresh = false
  /** Instruments in doubt, where they are a large part of what ought to tick. */
  #doubted = 0
  #cancel: Cancel | undefined
  #isStopped = false

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  close(): void {
    this.#isStopped = true
    this.#cancel?.()
  }

  /** How much is held: of what is wanted no more nothing is. */
  get size(): { readonly tracks: number; readonly stations: number } {
    return { tracks: this.#tracks.size, stations: this.#stations.size }
  }

  /** Replaces what is wanted. */
  follow(union: Union): void {
    for (const instrument of this.#tracks.keys()) if (!union.has(instrument)) this.#tracks.delete(instrument)
    for (const instrument of union.keys())
      if (!this.#tracks.has(instrument)) this.#tracks.set(instrument, new Track(instrument))
    this.changed()
  }

  /** The connection that has to bring it said something of it. Called for every tick. */
  said(instrument: Instrument, tick: Tick | undefined): void {
    const track = this.#tracks.get(instrument)
    if (!track) return
    const now = this.#parts.clock.monotonic()
    if (track.toldAt === undefined) track.told(now)
    const isTick = track.said(tick, now)
    track.socket ??= this.#parts.sockets.numberOf(instrument)
    this.#stationOf(track)?.said(track, isTick, now)
    if (track.isLive) return
    this.#fresh.add(track)
    this.#schedule()
  }

  /** The connection that had to bring these is no more, or does not carry them any more. */
  lost(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) {
      const track = this.#tracks.get(instrument)
      const station = track && this.#stationOf(track)
      if (station) station.openedAt = undefined
      track?.lost()
    }
    this.changed()
  }

  /** A connection is open. */
  opened(): void {
    this.#place()
    this.changed()
  }

  /** The broker does not take them, in its own words. */
  refuse(instruments: readonly Instrument[], reason: string): void {
    for (const instrument of instruments) {
      const track = this.#tracks.get(instrument)
      if (!track) continue
      track.socket ??= this.#parts.sockets.numberOf(instrument)
      track.refusal = reason
    }
    this.changed()
  }

  /** Anything may stand otherwise now. */
  changed(): void {
    this.#isAllFresh = true
    this.#schedule()
  }

  /** Once a second: what silence means now. */
  look(): void {
    const { sockets, clock, log } = this.#parts
    this.#place()
    const now = clock.monotonic()
    for (const [number, station] of this.#stations) {
      if (!station.isMute && isMute(station, station.tracks, now)) station.condemn()
      // A market that has closed owes nothing any more.
      const owes = station.tracks.length === 0 || station.tracks.some(({ phase }) => !phase || isExpected(phase))
      if (station.isMute && !owes) station.isMute = false
      if (station.isMute && station.isDueForRestart(now)) {
        station.restartedAt = now
        log.warn({ connection: number }, 'no tick for long while the market trades; the connection is made anew')
        sockets.restart(number)
      } else {
        const questions = station.questions(now)
        if (questions.length > 0) sockets.askAgain(questions)
      }
    }
    this.#tellAll()
  }

  /** What the feed is as far as its ticks say; nothing when they flow. */
  silence(): Standing | undefined {
    const now = this.#parts.clock.monotonic()
    const stations = [...this.#stations.values()].filter(({ view }) => view?.isMain === true && view.instruments > 0)
    const mute = stations.filter(({ isMute }) => isMute).flatMap(({ view }) => view?.number ?? [])
    const isSilent =
      stations.length > 0 &&
      stations.every(({ saidAt, openedAt = now }) => now - Math.max(saidAt, openedAt) >= SILENCE_LIMIT_MS)
    return silenceOf({ mute, of: stations.length, doubted: this.#doubted, isSilent })
  }

  /** What the broker has said nothing of for long, though it ought to: asked for, or whose market trades. */
  late(isDue: (instrument: Instrument) => boolean): readonly Instrument[] {
    return lateOf(this.#tracks.values(), this.#parts.clock.monotonic(), isDue)
  }

  #schedule(): void {
    if (this.#isStopped) return
    this.#cancel ??= this.#parts.clock.after(PAUSE_MS, () => this.#review())
  }

  /** What has happened, and nothing else: there may be thousands of instruments. */
  #review(): void {
    this.#cancel = undefined
    if (this.#isAllFresh) {
      this.#place()
      this.#tellAll()
    } else {
      const wanted = [...this.#fresh].filter(track => this.#tracks.get(track.instrument) === track)
      this.#tell(wanted)
    }
    this.#fresh.clear()
  }

  /** Which connection has to bring which of them, what it was told, and in which phase their markets are. */
  #place(): void {
    const { sockets, phaseAt, clock } = this.#parts
    const now = clock.monotonic()
    const wall = clock.now()
    for (const view of sockets.views()) {
      const station = this.#stations.get(view.number) ?? new Station(this.#manners[view.isMain ? 0 : 1])
      this.#stations.set(view.number, station)
      station.see(view, now)
      station.tracks = []
    }
    for (const track of this.#tracks.values()) {
      const { instrument } = track
      const number = sockets.numberOf(instrument)
      if (number !== track.socket) track.lost()
      track.socket = number
      if (track.toldAt === undefined && sockets.isTold(instrument)) track.told(now)
      // How long the silences before the open were says nothing of those after it.
      if (track.isPhaseDue(wall) && track.enter(phaseAt(instrument, wall), now, wall))
        this.#stationOf(track)?.pace.forget()
      if (number !== undefined && track.toldAt !== undefined) this.#stations.get(number)?.tracks.push(track)
    }
  }

  #tell(tracks: Iterable<Track>): void {
    const { block, states, clock } = this.#parts
    const blocked = block()
    const now = clock.monotonic()
    for (const track of tracks) {
      const condition = blocked ?? this.#judge(track, now)
      track.isLive = condition.state === 'live'
      track.isSuspect = condition.state === 'suspect'
      states.put(track.name, track.instrument, condition)
    }
  }

  #countDoubts(): void {
    let [doubted, owed] = [0, 0]
    for (const { toldAt, phase, isSuspect } of this.#tracks.values()) {
      if (toldAt === undefined || !isExpected(phase)) continue
      owed++
      if (isSuspect) doubted++
    }
    this.#doubted = areMany(doubted, owed) ? doubted : 0
  }

  #judge(track: Track, now: number): Condition {
    if (track.refusal !== undefined) return { state: 'refused', code: 'SUBSCRIPTION_REJECTED', reason: track.refusal }
    const station = this.#stationOf(track)
    if (!station?.view) return { state: 'accepted', reason: 'it waits for its place on a connection' }
    if (station.isMute) return { state: 'suspect', reason: 'its connection brings nothing while the market trades' }
    if (station.openedAt === undefined || station.view.state === 'silent') return conditionOf(station.view)
    if (track.toldAt === undefined) return { state: 'accepted', reason: 'the broker is about to be asked' }
    return judgeTrack(track, station, now)
  }

  #stationOf({ socket }: Track): Station | undefined {
    return socket === undefined ? undefined : this.#stations.get(socket)
  }

  /** Those with a place on a connection, and what has none. */
  #tellAll(): void {
    this.#isAllFresh = false
    this.#tell(this.#tracks.values())
    this.#countDoubts()
    const { states, excess, rejected, block } = this.#parts
    const refused = refusalsOf(excess(), block() ? [] : rejected())
    const known = new Set([...this.#tracks.values()].map(({ name }) => name))
    for (const [name, { instrument, condition }] of refused) {
      // What is wanted in another mode as well has its own state.
      if (instrument === undefined && known.has(name)) continue
      known.add(name)
      states.put(name, instrument, condition)
    }
    states.keep(name => known.has(name))
  }
}
