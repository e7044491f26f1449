import { z } from 'zod'
import { MODE_LABELS } from '../../mode.ts'

/** One kind of message of the protocol: what may stand in it, and how it looks. */
export interface MessageKind {
  readonly name: string
  readonly summary: string
  readonly schema: z.ZodType
  /** Good against the schema; those of requests can be said as they are, with a key that is good. */
  readonly examples: readonly object[]
}

/** What a client says, and the kinds of message that answer it. */
export interface RequestKind extends MessageKind {
  readonly replies: readonly string[]
}

export const text = z.string()
export const millis = z.number().describe('Milliseconds since 1970.')
export const count = z.int().nonnegative()
export const symbol = text.describe('As the client spelled it.')
export const exchange = text.describe('NSE, BSE, NFO, BFO, CDS, MCX, NSE_INDEX, …')
export const broker = text.describe('Its name as clients see it, in lower case.')
export const modeNumber = z.union([z.literal(1), z.literal(2), z.literal(3)]).describe('1: LTP, 2: Quote, 3: Depth.')
export const modeLabel = z.enum(Object.values(MODE_LABELS))
export const requestId = z.unknown().optional().describe('Any JSON value; the reply repeats it.')
