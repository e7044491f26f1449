import { z } from 'zod'
import { FEED_LABELS } from './control.ts'
import { TickwireError } from './errors.ts'
import { NAME } from './market/topic.ts'

/**
 * How one wanted instrument stands. `accepted`: known, permitted, and there is room; `confirmed`: the broker was asked for
 * it on an open connection; `live`: it ticks; `quiet`: silence is normal for it now; `suspect`: it ought to tick and does
 * not, or its connection is silent; `down`: nothing can come; `refused`: the broker does not give it.
 */
export const INSTRUMENT_STATES = ['accepted', 'confirmed', 'live', 'quiet', 'suspect', 'down', 'refused'] as const

export type InstrumentState = (typeof INSTRUMENT_STATES)[number]

const count = z.int().nonnegative()

/** Instruments that stand alike. Times are milliseconds since 1970. */
const group = z.object({
  state: z.enum(INSTRUMENT_STATES),
  /** Of `refused`. */
  code: z.string().max(40).optional(),
  /** One line for a person. */
  reason: z.string().max(300).optional(),
  since: count,
  label: z.enum(FEED_LABELS),
  instruments: z
    .array(
      z.object({
        /** `EXCHANGE:SYMBOL`, the common symbol. */
        name: z.string().min(3).max(100),
        lastTickAt: count.optional(),
      }),
    )
    .max(200_000),
})

export type StateGroup = z.infer<typeof group>

/** What a feed says on `STATES_<FEED>`: what has changed, or all of it. */
const stateReport = z.object({
  version: z.literal(1),
  feed: z.string().regex(NAME),
  /** Of the publisher. */
  epoch: count,
  /** Counts the changes of this epoch: one more than the last; a whole report repeats the number of the last change. */
  revision: count,
  /** All wanted instruments are named; else those that changed. */
  whole: z.boolean(),
  groups: z.array(group),
  /** Names of instruments that nobody wants any more. */
  gone: z.array(z.string().max(100)).max(200_000),
})

export type StateReport = z.infer<typeof stateReport>

export const formatStates = (report: StateReport): Buffer => Buffer.from(JSON.stringify(report))

/** Throws MESSAGE_MALFORMED with the path of what is wrong. */
export function parseStates(body: Buffer): StateReport {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new TickwireError('MESSAGE_MALFORMED', 'A report of states is not JSON', { cause })
  }
  const parsed = stateReport.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.').slice(0, 80) || 'the message'
  throw new TickwireError('MESSAGE_MALFORMED', `A report of states is wrong: ${where}: ${issue?.message.slice(0, 120)}`)
}
