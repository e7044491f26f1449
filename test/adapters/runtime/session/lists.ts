import { Watch } from '../../../../adapters/runtime/session/watch.ts'
import type { Condition } from '../../../../adapters/runtime/states.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import type { Instrument, InstrumentKind } from '../../../../shared/market/instrument.ts'
import type { Phase } from '../../../../shared/market/phase.ts'
import { drawsFrom } from '../../../emulators/kit/random.ts'
import { equity } from '../rig.ts'

const STEP_MS = 250
/** A broker that answers does so within this time. */
const ANSWER_MS = 250
const DAY_MS = 86_400_000
const SESSION_MS = 22_500_000

/** The same numbers for the same seed, in [0, 1). */
const drawsOf = (seed: number): (() => number) => drawsFrom(seed * 2_654_435_761 + 1)

/** Time to the next tick of one instrument, milliseconds. */
export type Gap = (random: () => number) => number

export const pareto =
  (alpha: number, leastMs: number): Gap =>
  random =>
    leastMs * (1 - random()) ** (-1 / alpha)

export const logNormal =
  (medianMs: number, sigma: number): Gap =>
  random =>
    medianMs * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))

export const poisson =
  (meanMs: number): Gap =>
  random =>
    -meanMs * Math.log(1 - random())

/** Some ticks one soon after another, and a pause. */
export const bursts =
  (ticks: number, withinMs: number, pause: Gap): Gap =>
  random =>
    random() < 1 - 1 / ticks ? withinMs * (0.2 + random()) : pause(random)

export interface ListDay {
  readonly seed: number
  /** One for each instrument. */
  readonly gaps: readonly Gap[]
  /** All of them tick at the instants of the first: one underlying moves them. */
  readonly together?: boolean
  /** The broker says the present value of what is asked for once more. */
  readonly answers: boolean
  /** It says the day's volume too. */
  readonly volume?: boolean
  readonly kind?: InstrumentKind
  readonly days?: number
  /** Of a session, in calm hours 1. */
  readonly pulse?: (sinceOpenMs: number) => number
  /** What says nothing more, not even when asked: all, or the first so many; from so long after the open of the last day. */
  readonly mute?: { readonly at: number; readonly first?: number }
  /** The first so many are traded no more, from so long after the open of the last day; a broker that answers says so. */
  readonly halt?: { readonly at: number; readonly first: number }
}

interface Raised {
  readonly at: number
  readonly what: string
  readonly why: string | undefined
}

/** Days of one socket that carries one list, in which all trade from 9:15 to 15:30; nothing of it is asked of a session. */
export function liveList(list: ListDay): {
  readonly raised: readonly Raised[]
  readonly last: ReadonlyMap<string, string>
} {
  const { seed, gaps, answers, volume = true, days = 1, pulse = () => 1, mute, halt, together = false } = list
  const random = drawsOf(seed)
  const clock = new ManualClock()
  const open = clock.now() + 60_000
  const phaseAt = (_: Instrument, wall: number): Phase => {
    const day = Math.max(Math.floor((wall - open) / DAY_MS), 0)
    const from = open + day * DAY_MS
    if (wall < from) return { name: 'closed', ticks: 'none', from: from - DAY_MS, to: from }
    if (wall < from + SESSION_MS) return { name: 'continuous', ticks: 'expected', from, to: from + SESSION_MS }
    return { name: 'closed', ticks: 'none', from: from + SESSION_MS, to: from + DAY_MS }
  }
  const names = gaps.map((_, nth) => equity(`LIST${nth}`, { kind: list.kind ?? 'CE' }))
  const raised: Raised[] = []
  const states = new Map<string, string>()
  const asked: { instrument: Instrument; at: number }[] = []
  const last = new Map<string, string>()
  const note = (what: string, why: string | undefined) => raised.push({ at: clock.now() - open, what, why })
  let reopenAt = 0
  const watch = new Watch({
    sockets: {
      views: () => [
        {
          number: 1,
          isMain: true,
          state: reopenAt > clock.now() ? ('connecting' as const) : ('open' as const),
          error: undefined,
          failures: 0,
          instruments: names.length,
        },
      ],
      numberOf: () => 1,
      isTold: () => reopenAt <= clock.now(),
      askAgain: those => {
        for (const instrument of those) asked.push({ instrument, at: clock.now() + ANSWER_MS })
      },
      restart: () => {
        note('made anew', undefined)
        watch.lost(names)
        reopenAt = clock.now() + 500
        for (const instrument of names) asked.push({ instrument, at: reopenAt + ANSWER_MS })
      },
    },
    states: {
      put: (name: string, _: unknown, { state, reason }: Condition) => {
        last.set(name, reason === undefined ? state : `${state} ${reason}`)
        if (states.get(name) === state) return
        states.set(name, state)
        if (state === 'suspect') note(name, reason)
      },
      keep: () => {},
    } as never,
    phaseAt,
    excess: () => [],
    rejected: () => [],
    block: () => undefined,
    clock,
    log: { warn: () => {} } as never,
  })
  watch.follow(new Map(names.map(instrument => [instrument, 'QUOTE' as const])) as never)
  watch.opened()
  for (const instrument of names) asked.push({ instrument, at: clock.now() + ANSWER_MS })
  const values = names.map(() => ({ ltp: 100, volume: 0 }))
  const say = (nth: number) => {
    const { ltp, volume: traded } = values[nth] ?? { ltp: 1, volume: 1 }
    watch.said(names[nth] as Instrument, { ltp, timestamp: clock.now(), ...(volume && { volume: traded }) })
  }
  const muteFrom = mute ? open + (days - 1) * DAY_MS + mute.at : Number.POSITIVE_INFINITY
  const isMute = (nth: number) => clock.now() >= muteFrom && nth < (mute?.first ?? names.length)
  const haltFrom = halt ? open + (days - 1) * DAY_MS + halt.at : Number.POSITIVE_INFINITY
  const isHalted = (nth: number) => clock.now() >= haltFrom && nth < (halt?.first ?? 0)
  for (let day = 0; day < days; day++) {
    const from = open + day * DAY_MS
    const due = gaps.map(gap => from + gap(random))
    const isLast = day === days - 1
    const end =
      isLast && halt ? haltFrom + 900_000 : mute && day === days - 1 ? muteFrom + 60_000 : from + SESSION_MS + 60_000
    if (day > 0) {
      clock.advance(from - 60_000 - clock.now())
      watch.look()
    }
    for (let step = 0; clock.now() < end; step++) {
      clock.advance(STEP_MS)
      const now = clock.now()
      if (reopenAt > 0 && reopenAt <= now) {
        watch.opened()
        reopenAt = 0
      }
      for (let nth = 0; nth < asked.length; nth++) {
        const one = asked[nth]
        if (!one || one.at > now) continue
        asked.splice(nth--, 1)
        const place = names.indexOf(one.instrument)
        if ((answers || now < open + 1000) && !isMute(place)) say(place)
      }
      if (now >= from && now < from + SESSION_MS) {
        const lively = pulse(now - from)
        for (let nth = 0; nth < due.length; nth++) {
          const at = due[together ? 0 : nth] as number
          if (at > now || reopenAt > now || isHalted(nth)) continue
          if (together && nth > 0 && random() < 0.5) continue
          const value = values[nth] as { ltp: number; volume: number }
          value.ltp = Math.round((value.ltp + (random() < 0.5 ? 1 : -1) * 0.05) * 100) / 100
          value.volume += 1 + Math.floor(random() * 50)
          if (!isMute(nth)) say(nth)
          if (!together) due[nth] = now + (gaps[nth] as Gap)(random) / lively
        }
        if (together && (due[0] as number) <= now) due[0] = now + (gaps[0] as Gap)(random) / lively
      }
      if (step % 4 === 0) watch.look()
      if (mute && raised.some(({ at }) => at >= muteFrom - open)) break
    }
  }
  watch.close()
  return { raised, last }
}
