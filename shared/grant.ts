import { z } from 'zod'
import { EXCHANGES } from './market/exchange.ts'
import { isBlock } from './network.ts'

/** What a key may be bound to; every deeper book is Depth. */
export const GRANTED_MODES = ['LTP', 'QUOTE', 'DEPTH'] as const

/** A symbol is 1 to 64 printable ASCII characters; a comma stands between patterns. */
const PATTERN = /^[\x21-\x2b\x2d-\x7e](?:[\x20-\x2b\x2d-\x7e]{0,62}[\x21-\x2b\x2d-\x7e])?$/
const MOST_PATTERNS = 200
const MOST_BLOCKS = 100
const MOST = 1_000_000

const list = <T extends z.ZodType>(item: T, most: number) => z.array(item).min(1).max(most).readonly()
const count = z.int().min(1).max(MOST)

export const patternSchema = z.string().regex(PATTERN)
export const blockSchema = z.string().refine(isBlock)

const quotaSchema = z
  .strictObject({
    connections: count.exactOptional(),
    /** Instruments, over all of its connections. */
    subscriptions: count.exactOptional(),
    messagesPerSecond: count.exactOptional(),
  })
  .readonly()

/** The one check of bounds, typed or read back. */
export const grantSchema = z
  .strictObject({
    exchanges: list(z.enum(EXCHANGES), EXCHANGES.length).exactOptional(),
    modes: list(z.enum(GRANTED_MODES), GRANTED_MODES.length).exactOptional(),
    /** Patterns of common symbols; `*` stands for any text, `?` for one character. */
    symbols: list(patternSchema, MOST_PATTERNS).exactOptional(),
    quota: quotaSchema.exactOptional(),
    /** CIDR blocks and addresses it may come from. */
    addresses: list(blockSchema, MOST_BLOCKS).exactOptional(),
  })
  .readonly()

/** How much a key may take. Absent: what the configuration allows. */
export type Quota = z.infer<typeof quotaSchema>

export const isSameQuota = (one: Quota | undefined, other: Quota | undefined): boolean =>
  one === other ||
  (one?.connections === other?.connections &&
    one?.subscriptions === other?.subscriptions &&
    one?.messagesPerSecond === other?.messagesPerSecond)

/** What bounds a key, beside its feeds and the scope `orders`. Absent: no bound of its own. No key can trade. */
export type Grant = z.infer<typeof grantSchema>
