import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { FEED_LABELS, FEED_STATES } from '../shared/control.ts'
import { TickwireError } from '../shared/errors.ts'
import { TOPIC_MODES } from '../shared/market/mode.ts'
import type { Secret } from '../shared/secret.ts'
import { INSTRUMENT_STATES } from '../shared/states.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import { httpAddress } from './address.ts'
import { folderOption, streamUrl } from './banner.ts'
import { readProxy, readUp } from './facts.ts'
import { type Invocation, openInvocation, withStore } from './invocation.ts'
import { askNear, type NearAnswer } from './near.ts'
import { withProcesses } from './picture.ts'
import { FIRST_USER } from './setup.ts'

const count = z.number()
const share = z.object({ used: count, limit: count })

const reportedInstrument = z.object({
  exchange: z.string(),
  /** The common one. */
  symbol: z.string(),
  state: z.enum(INSTRUMENT_STATES),
  code: z.string().optional(),
  reason: z.string().optional(),
  since: count,
  lastTickAt: count.optional(),
  ageMs: count.optional(),
  label: z.enum(FEED_LABELS).optional(),
})

/** How the instruments of a feed stand: all counted, those in trouble (or all, when asked) listed, up to a limit. */
const instruments = z.object({
  counts: z.partialRecord(z.enum(INSTRUMENT_STATES), count),
  list: z.array(reportedInstrument),
  more: count,
})

const reportedFeed = z.object({
  name: z.string(),
  broker: z.string(),
  external: z.boolean(),
  state: z.enum(FEED_STATES),
  reason: z.string().optional(),
  since: count,
  lastTickAt: count.optional(),
  label: z.enum(FEED_LABELS).optional(),
  modes: z.array(z.enum(TOPIC_MODES)).optional(),
  status: z
    .looseObject({
      ticks: count,
      wanted: count,
      confirmed: count,
      tokenExpiresAt: count.optional(),
      rest: z.object({ reason: z.string(), until: count }).optional(),
      limits: z.object({ instruments: share, books: share.optional() }).optional(),
      connections: z.object({ open: count, needed: count }).optional(),
    })
    .optional(),
  instruments: instruments.optional(),
})

/** One process of the proxy. */
const worker = z.object({ id: count, pid: count.optional(), state: z.string(), clients: count })

/** What the clients of one key have now, and how many messages they have sent since they came. */
const reportedKey = z.object({ id: z.string(), connections: count, subscriptions: count, messages: count })

/** What the proxy answers at `/api/v1/status`, as far as commands read it. Times in milliseconds since 1970. */
const proxyStatus = z.object({
  proxy: z.object({
    startedAt: count,
    busConnected: z.boolean(),
    topics: count,
    certificateEndsAt: count.optional(),
  }),
  workers: z.array(worker).default([]),
  clients: z.record(z.string(), count),
  ticks: z.record(z.string(), count),
  bus: z.record(z.string(), count),
  /** Of who runs the system. */
  audit: z.object({ degraded: z.string().optional(), lost: count }).optional(),
  keys: z.array(reportedKey).default([]),
  feeds: z.array(reportedFeed),
  /** Changes of feeds, oldest first. */
  events: z.array(z.object({ at: count, name: z.string(), text: z.string() })).default([]),
  now: count,
})

export type ReportedKey = z.infer<typeof reportedKey>
export type ReportedInstrument = z.infer<typeof reportedInstrument>
export type ReportedFeed = z.infer<typeof reportedFeed>
export type ProxyStatus = z.infer<typeof proxyStatus>

/** A registered feed and what becomes of it now; without a state when nothing is known. */
export type FeedRow = FeedRecord & { readonly state?: string; readonly reason?: string | undefined }

/** Tickets are needed for the moment of authentication only. */
const TICKET_MS = 60_000
const STATUS_LIMIT_MS = 3000
const START_HINT = 'tickwire up'

/** Below the data folder: emulated brokers have accounts, lists and keys of their own. */
export const EMULATED = 'emulated'

/**
 * Where the proxy is: where the running one says, else where the configuration puts it. Keys are sent there, so that a
 * port a dead proxy had is no answer. Throws PROXY_UNREACHABLE.
 */
export function streamAddress({ config, folder }: Invocation): string {
  const running = readProxy(folder)
  if (running) return streamUrl(running.host, running.port, running.tls)
  if (readUp(folder))
    throw new TickwireError('PROXY_UNREACHABLE', `The proxy of ${folder.root} is not running at the moment`, {
      next: 'tickwire status',
    })
  const { host, port, tls } = config.proxy
  if (port !== 'auto') return streamUrl(host, port, tls.certFile !== undefined)
  throw new TickwireError(
    'PROXY_UNREACHABLE',
    `No proxy has left its address in ${folder.root}, and its port is auto`,
    {
      next: START_HINT,
    },
  )
}

/**
 * The key a client command uses: TICKWIRE_API_KEY, else a ticket from the data folder.
 * Throws KEY_INVALID when there is neither.
 */
export async function clientKey(invocation: Invocation, ttlMs = TICKET_MS): Promise<Secret> {
  const { config, folder, clock } = invocation
  if (config.apiKey) return config.apiKey
  if (!existsSync(folder.controlDb))
    throw new TickwireError('KEY_INVALID', `No key: TICKWIRE_API_KEY is not set, and ${folder.root} holds no system`, {
      next: `set TICKWIRE_API_KEY, name the folder with --data-dir, or start one: ${START_HINT}`,
    })
  return withStore(invocation, store => localTicket(store, clock.now(), ttlMs))
}

/** Of who runs the system. */
export const localTicket = ({ keys, users }: ControlStore, now: number, ttlMs: number): Secret =>
  keys.mintTicket({ userId: users.list()[0]?.id ?? FIRST_USER, ttlMs, now })

/** What is asked of a proxy. */
interface StatusWish {
  /** Every instrument by itself. */
  readonly instruments?: boolean
  /** The address of its stream; that of the data folder's unless told. */
  readonly url?: string | undefined
}

/** Asks the proxy how things stand. Throws PROXY_UNREACHABLE or KEY_INVALID. */
export async function fetchStatus(
  invocation: Invocation,
  { instruments = false, url }: StatusWish = {},
): Promise<ProxyStatus> {
  const at = httpAddress(url ?? streamAddress(invocation), `/api/v1/status${instruments ? '?instruments=all' : ''}`)
  const { status, body } = await fetchFrom(invocation, at, { isFar: url !== undefined })
  const parsed = proxyStatus.safeParse(parse(body))
  if (!parsed.success) throw unreachable(at, `it is no Tickwire proxy: HTTP ${status}`)
  return parsed.data
}

/** Asks with the key of this command. Throws PROXY_UNREACHABLE, and KEY_INVALID where the key is refused. */
export async function fetchFrom(
  invocation: Invocation,
  url: string,
  { isFar, method = 'GET' }: { readonly isFar: boolean; readonly method?: 'GET' | 'POST' },
): Promise<NearAnswer> {
  if (!isFar && !existsSync(invocation.folder.controlDb) && !invocation.config.apiKey)
    throw unreachable(url, 'nothing was started', startHint(invocation))
  const key = await clientKey(invocation)
  const headers = { authorization: `Bearer ${key.reveal()}` }
  const answer = await askNear(url, headers, STATUS_LIMIT_MS, { method, isFar }).catch((error: unknown) => {
    throw unreachable(url, reasonOf(error), startHint(invocation))
  })
  if (answer.status === 401)
    throw new TickwireError('KEY_INVALID', `The proxy at ${url} refused the key`, {
      next: 'tickwire key create LABEL, then set TICKWIRE_API_KEY to it; or unset it to use the data folder',
    })
  return answer
}

/** Registered feeds with what is known of each: `disabled`, else as the proxy hears it and as `up` knows its process. */
export async function withStates(invocation: Invocation, records: readonly FeedRecord[]): Promise<FeedRow[]> {
  const status = await fetchStatus(invocation).catch((error: unknown) => {
    if (error instanceof TickwireError) return undefined
    throw error
  })
  const heard = new Map(status?.feeds.map(({ name, state, reason }) => [name, { state, ...(reason && { reason }) }]))
  const rows = records.map(record => ({ ...record, ...heard.get(record.name) }))
  const known = withProcesses(rows, readUp(invocation.folder))
  return known.map(row => (row.enabled ? row : { ...row, state: 'disabled', reason: undefined }))
}

/** Who looks into a folder after `up --emulate` looks for the system in the one below it. */
function startHint({ folder, globals }: Invocation): string {
  const root = join(folder.root, EMULATED)
  if (!existsSync(root) || !readUp(openInvocation({ ...globals, dataDir: root }).folder)) return START_HINT
  return `${START_HINT}; or, for the emulated system that runs in it: tickwire${folderOption(root)} status`
}

/** `undefined` for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The system's own word for it, where it has one; an answer that does not come in time has a cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error
    ? 'code' in cause && typeof cause.code === 'string'
      ? cause.code
      : cause.message
    : String(cause)
}

export const unreachable = (url: string, why: string, next = START_HINT): TickwireError =>
  new TickwireError('PROXY_UNREACHABLE', `No answer from the proxy at ${url}: ${why}`, { next })
