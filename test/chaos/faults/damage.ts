import { pause, systemClock } from '../../../shared/clock.ts'
import { back, type Fault, ONE_BROKER, type Run } from '../fault.ts'
import type { Alter } from '../wire/cutter.ts'

const LASTS_MS = 10_000
const SHORT_MS = 3000
const AGAIN_MS = 15_000
/** A heartbeat, or a message without prices. */
const TINY = 4
/** How many messages one that is held back can be overtaken by. */
const OVERTAKERS = 5
/** One message of so many. */
const RARE = 40
const OFTEN = 8
/** A storm lasts: each break excuses what is missing around it, so that they must leave most of the time alone. */
const STORM_RARE = 1000
const STORM_OFTEN = 150

/** For a while every message goes through what `way` makes; each that it damages is a break. */
function damaging(name: string, about: string, way: (run: Run) => Alter): Fault {
  return {
    name,
    about,
    limits: { back: AGAIN_MS },
    runs: 3,
    promise: 'P2',
    stage: ONE_BROKER,
    async run(run) {
      const { stage, isShort } = run
      const before = await stage.feedStatus()
      stage.wire().set('down', { alter: way(run) })
      try {
        await pause(systemClock, isShort ? SHORT_MS : LASTS_MS)
      } finally {
        await stage.wire().heal()
        stage.judge.broke(systemClock.now())
      }
      const again = await back(run)
      const after = await stage.feedStatus()
      const late = after.late - before.late
      const malformed = after.malformed - before.malformed
      return { back: again, note: `${late} late, ${malformed} malformed ones dropped` }
    },
  }
}

/** One message of so many becomes another one; too small are those without prices. */
const spoiling =
  (spoil: (payload: Buffer, random: () => number) => Buffer) =>
  ({ random, stage }: Run, one = RARE): Alter =>
  payload => {
    if (payload.length <= TINY || random() > 1 / one) return [payload]
    stage.judge.broke(systemClock.now())
    return [spoil(payload, random)]
  }

/**
 * Only where it can be known: a bit of the number of packets, or of the first length. Inside a price nobody can tell a
 * flipped bit from a price, because the brokers' messages have no checksum; there TLS guards, which this wire has not.
 */
const flip = spoiling((payload, random) => {
  const damaged = Buffer.from(payload)
  const at = Math.floor(random() * TINY)
  damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at)
  return damaged
})

/** Ends anywhere: inside a packet, between two, or before the first. */
const cut = spoiling((payload, random) => payload.subarray(0, Math.floor(random() * payload.length)))

const double =
  ({ random }: Run, one = OFTEN): Alter =>
  payload =>
    payload.length > TINY && random() < 1 / one ? [payload, payload] : [payload]

/** A message is held back and comes behind some that were sent after it. */
const shuffle = ({ random, stage }: Run, one = OFTEN): Alter => {
  let held: Buffer | undefined
  let overtakers = 0
  return payload => {
    if (payload.length <= TINY) return [payload]
    if (held && --overtakers <= 0) {
      const late = held
      held = undefined
      stage.judge.broke(systemClock.now())
      return [payload, late]
    }
    if (held || random() > 1 / one) return [payload]
    held = payload
    overtakers = 1 + Math.floor(random() * OVERTAKERS)
    stage.judge.broke(systemClock.now())
    return []
  }
}

export const flips = damaging('byte-flips', 'bits flip in what says how a message is divided', flip)
export const truncated = damaging('truncated', 'messages end before their end', cut)
export const doubled = damaging('duplicates', 'one message of eight comes twice', double)
export const shuffled = damaging('shuffled', 'one message of eight is overtaken by others', shuffle)

/** All of it at once, for a storm. */
export function storm(run: Run): Alter {
  const ways = [flip(run, STORM_RARE), cut(run, STORM_RARE), double(run, STORM_OFTEN), shuffle(run, STORM_OFTEN)]
  return payload => ways.reduce<readonly Buffer[]>((all, way) => all.flatMap(each => [...way(each)]), [payload])
}
