import { z } from 'zod'
import type { DataFolder } from '../shared/store/folder.ts'
import { lockHolder } from '../shared/store/lock.ts'
import { readRunFile } from '../shared/store/runfile.ts'

const CHILD_KINDS = ['bus', 'adapter', 'proxy', 'emulators'] as const
const CHILD_STATES = ['starting', 'running', 'restarting', 'parked', 'stopped'] as const

const lastExit = z.object({
  code: z.int().nullable(),
  signal: z.string().nullable(),
  at: z.int(),
  reason: z.string(),
})

const child = z.object({
  name: z.string(),
  kind: z.enum(CHILD_KINDS),
  pid: z.int().optional(),
  state: z.enum(CHILD_STATES),
  /** When it entered that state, milliseconds since 1970; so is every other time here. */
  since: z.int(),
  restarts: z.int(),
  lastExit: lastExit.optional(),
})

const happening = z.object({ at: z.int(), name: z.string(), text: z.string() })

/** The run file `up`: what the supervisor knows of its children, and the last things that happened, oldest first. */
export const upFacts = z.object({
  pid: z.int(),
  startedAt: z.int(),
  children: z.array(child),
  events: z.array(happening),
})

/** The run file `proxy`: where the running proxy listens. */
export const proxyFacts = z.object({
  host: z.string(),
  port: z.int(),
  tls: z.boolean().optional(),
  pid: z.int(),
  startedAt: z.int(),
})

/** The run file `bus`: where the running forwarder listens. */
const busFacts = z.object({
  publish: z.string(),
  subscribe: z.string(),
  pid: z.int(),
  /** Programs turned away because their CURVE key is not listed. */
  refused: z.int().default(0),
})

export type ChildKind = (typeof CHILD_KINDS)[number]
export type ChildFacts = z.infer<typeof child>
export type LastExit = z.infer<typeof lastExit>
export type Happening = z.infer<typeof happening>
export type UpFacts = z.infer<typeof upFacts>
export type ProxyFacts = z.infer<typeof proxyFacts>
export type BusFacts = z.infer<typeof busFacts>

/** The lock that a process of this kind holds while it lives, so that no data folder has two of it. */
export const lockName = (kind: ChildKind, name: string): string => (kind === 'adapter' ? `feed-${name}` : kind)

/** Starts a feed afresh that was parked. */
export const enableCommand = (feed: string): string => `tickwire adapter enable ${feed}`

/** Gives a feed a session with its broker. */
export const loginCommand = (feed: string): string => `tickwire account login ${feed}`

/** The supervisor's own facts; `undefined` when no `tickwire up` runs in this data folder. */
export const readUp = (folder: DataFolder): UpFacts | undefined => readFacts(folder, 'up', upFacts)

/** The proxy of this data folder that runs now. */
export const readProxy = (folder: DataFolder): ProxyFacts | undefined => readFacts(folder, 'proxy', proxyFacts)

/** The forwarder of this data folder that runs now, with its addresses. */
export const readBus = (folder: DataFolder): BusFacts | undefined => readFacts(folder, 'bus', busFacts)

/**
 * A run file outlives a process that was killed, and its number may be somebody else's by now: true is what the one
 * says that holds the lock of that name.
 */
function readFacts<T extends { readonly pid: number }>(
  folder: DataFolder,
  name: 'up' | 'proxy' | 'bus',
  schema: z.ZodType<T>,
): T | undefined {
  const facts = schema.safeParse(readRunFile(folder, name))
  return facts.success && lockHolder(folder.lockFile(name)) === facts.data.pid ? facts.data : undefined
}
