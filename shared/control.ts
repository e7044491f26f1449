import { z } from 'zod'
import { TickwireError } from './errors.ts'
import { EXCHANGES } from './market/exchange.ts'
import { TOPIC_MODES } from './market/mode.ts'
import { NAME } from './market/topic.ts'

/** Proxies announce the whole set this often, and at once (coalesced) when it changes. */
export const SET_HEARTBEAT_MS = 2000
/** An adapter forgets a proxy that has been silent this long. */
export const SET_EXPIRY_MS = 7000
export const STATUS_HEARTBEAT_MS = 500
/** A feed without a status for this long is down, whatever it last said. */
export const STATUS_EXPIRY_MS = 2000

const name = z.string().regex(NAME)
const count = z.int().nonnegative()

/** Everything one proxy wants of one feed. Whole sets, never deltas: a restart of either side heals by itself. */
const subscriptionSet = z.object({
  version: z.literal(1),
  feed: name,
  proxy: name,
  /** Grows with each change, so that a late repetition cannot undo a newer set. */
  revision: count,
  /** Changes when the proxy asks for fresh snapshots of its whole lane (it found a hole). */
  resync: count,
  /** Changes when the proxy asks for the states of all instruments (it missed some). */
  states: count.optional(),
  /** Topics of that feed. */
  topics: z.array(z.string().max(160)).max(200_000),
})

export type SubscriptionSet = z.infer<typeof subscriptionSet>

export const FEED_STATES = ['starting', 'live', 'quiet', 'suspect', 'down', 'auth_required', 'parked'] as const

export type FeedState = (typeof FEED_STATES)[number]

/** What kind of prices a feed gives. */
export const FEED_LABELS = ['live', 'delayed', 'simulated', 'replay', 'polled'] as const

export type FeedLabel = (typeof FEED_LABELS)[number]

const exchanges = z.array(z.enum(EXCHANGES)).readonly()
const used = z.object({ used: count, limit: count })
/** As a `Histogram` is read. */
const counted = z.array(count).max(300).readonly()

/** How long ticks took since the process began; microseconds. */
const delays = z.object({
  /** From the exchange to the bus, by the stamps of the exchange. */
  exchanges: z.partialRecord(z.enum(EXCHANGES), counted),
  /** From the exchange to the adapter, and from there to the bus. */
  received: counted,
  sent: counted,
})

export type FeedDelays = z.infer<typeof delays>

/** What a feed says of itself, on change and every 500 ms. Times are milliseconds since 1970. */
const feedStatus = z.object({
  version: z.literal(1),
  feed: name,
  /** Lower case, as clients see it. */
  broker: z.string().min(1).max(32),
  /** Tells two processes that serve one feed apart, also when they began in the same millisecond. */
  instance: name.optional(),
  /** How long that process has lived, milliseconds by no clock that can be set: who is the younger one. */
  aliveMs: count.optional(),
  label: z.enum(FEED_LABELS),
  /** What topics of this feed may end in. */
  modes: z.array(z.enum(TOPIC_MODES)),
  /** Which exchanges have a book of that many levels; one that `modes` offers and that is not named here is for all. */
  books: z.object({ BOOK20: exchanges, BOOK30: exchanges, BOOK50: exchanges }).partial().optional(),
  /** When this publisher started; a new one means a new process. */
  epoch: count,
  state: z.enum(FEED_STATES),
  reason: z.string().max(500).optional(),
  since: count,
  at: count,
  /** Newest tick from the source. */
  lastTickAt: count.optional(),
  ticks: count,
  /** Updates of the source that were not published: older than the last, out of bounds, of no listed instrument. */
  dropped: z.object({ late: count, invalid: count, unknown: count }).optional(),
  /** Instruments wanted, and those the source has confirmed. */
  wanted: count,
  confirmed: count,
  rejected: z.array(z.object({ topic: z.string(), code: z.string(), reason: z.string() })).max(1000),
  /** Last sequence of each proxy's lane: how a loss followed by silence is noticed. */
  lanes: z.record(name, count),
  /** How many changes of instrument states were sent in this epoch: who has fewer asks for all of them. */
  states: count.optional(),
  /** When the broker says the session ends. */
  tokenExpiresAt: count.optional(),
  /** Present while the account is given a rest after failures in a row: nothing is dialled before `until`. */
  rest: z.object({ reason: z.string().max(200), until: count }).optional(),
  /** Of what the broker allows the account. */
  limits: z.object({ instruments: used, books: used.optional() }).optional(),
  /** Open now, and needed for what is wanted. */
  connections: z.object({ open: count, needed: count }).optional(),
  /** What came from the broker besides wanted ticks. */
  traffic: z
    .object({ malformed: count, unasked: count, notices: count, ignored: z.record(z.string().max(80), count) })
    .optional(),
  delays: delays.optional(),
})

export type FeedStatus = z.infer<typeof feedStatus>

export const formatControl = (message: SubscriptionSet | FeedStatus): Buffer => Buffer.from(JSON.stringify(message))

/** Throws MESSAGE_MALFORMED with the path of what is wrong. */
export const parseSubscriptionSet = (body: Buffer): SubscriptionSet => parse(subscriptionSet, body)
export const parseFeedStatus = (body: Buffer): FeedStatus => parse(feedStatus, body)

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new TickwireError('MESSAGE_MALFORMED', 'A control message is not JSON', { cause })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw new TickwireError('MESSAGE_MALFORMED', `A control message is wrong: ${firstIssues(parsed.error)}`)
  return parsed.data
}

/** One short line, however much is wrong. */
const firstIssues = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.').slice(0, 80) || 'the message'}: ${message.slice(0, 120)}`)
    .join('; ')
