import { readFileSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { systemCode, TickwireError } from '../errors.ts'
import type { Instrument } from '../market/instrument.ts'
import { TOPIC_MODES } from '../market/mode.ts'
import type { Tick } from '../market/tick.ts'
import { inTurns, type Work } from '../turns.ts'
import { type DataFolder, folderError, makeFolder } from './folder.ts'
import { fileMode, grant } from './sharing.ts'

/** Whose values a file holds: those of another source are none of this one's. */
export interface LastHead {
  readonly feed: string
  readonly broker: string
  /** Prices that were made up once must not become real ones. */
  readonly label: string
}

/** What makes an instrument the same one: a token, and even a symbol, may become another's overnight. */
export type Identity = Pick<Instrument, 'exchange' | 'symbol' | 'token' | 'kind' | 'expiry' | 'strike' | 'underlying'>

/** The last value of one instrument. `receivedAt` in microseconds. */
export interface LastValue {
  readonly instrument: Identity
  readonly tick: Tick
  readonly receivedAt: number
  /** Until when it was known to be the last one, milliseconds since 1970: what came after that nobody heard. */
  readonly knownUntil: number
}

const VERSION = 1
/** Written in one step of many. */
const LINES = 32

const number = z.number().optional()
const level = z.strictObject({ price: z.number(), quantity: z.number(), orders: number })

const tick = z.strictObject({
  ltp: number,
  timestamp: z.number(),
  isStampedHere: z.boolean().optional(),
  isPolled: z.boolean().optional(),
  mode: z.enum(TOPIC_MODES).optional(),
  lastTradeTime: number,
  open: number,
  high: number,
  low: number,
  previousClose: number,
  volume: number,
  lastQuantity: number,
  averagePrice: number,
  openInterest: number,
  totalBuyQuantity: number,
  totalSellQuantity: number,
  upperCircuit: number,
  lowerCircuit: number,
  book: z.strictObject({ buy: z.array(level), sell: z.array(level) }).optional(),
})

const text = z.string().min(1)

const line = z.strictObject({
  exchange: text,
  symbol: text,
  token: text,
  kind: text,
  expiry: text.optional(),
  strike: number,
  underlying: text.optional(),
  receivedAt: z.int().positive(),
  knownUntil: z.int().positive(),
  tick,
})

/**
 * The values in a file; none where there is no file, or one of another source. Throws STORE_CORRUPT for one that holds
 * something else, FOLDER_UNUSABLE when it cannot be read.
 */
export function readLast(path: string, head: LastHead): LastValue[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw folderError(path, error)
  }
  const [first = '', ...lines] = text.split('\n')
  if (lines.pop() !== '') throw corrupt(path, 'its end is missing')
  const found = z.object({ version: z.int() }).loose().safeParse(parse(first))
  if (!found.success) throw corrupt(path, 'its first line is none of ours')
  if (JSON.stringify(found.data) !== JSON.stringify({ version: VERSION, ...head })) return []
  return lines.map((one, nth) => {
    const read = line.safeParse(parse(one))
    if (!read.success) throw corrupt(path, `line ${nth + 2} is no last value`)
    const { tick, receivedAt, knownUntil, ...instrument } = read.data
    return { instrument: instrument as Identity, tick: tick as Tick, receivedAt, knownUntil }
  })
}

/**
 * Replaces the file (0600; 0660 in a folder of a group), whole; the event loop goes on meanwhile, and `values` is taken in pieces. Rejects with
 * FOLDER_UNUSABLE when it cannot be written; the old file then stays.
 */
export async function writeLast(
  path: string,
  head: LastHead,
  values: Iterable<LastValue>,
  clock: Clock,
): Promise<void> {
  const text = await inTurns(clock, format(head, values))
  const beside = `${path}.${process.pid}.new`
  try {
    makeFolder(dirname(path))
    const file = await open(beside, 'w', fileMode(path))
    grant(beside)
    try {
      await file.writeFile(text)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    discard(beside)
    throw folderError(path, error)
  }
}

/** Half of it, when the disk is full; where not even that can be done the reason is told already. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch (error) {
    if (systemCode(error) === undefined) throw error
  }
}

/** Of a feed that is no more. */
export function removeLast(folder: DataFolder, feed: string): void {
  const path = folder.lastFile(feed)
  try {
    rmSync(path, { force: true })
  } catch (error) {
    throw folderError(path, error)
  }
}

function* format(head: LastHead, values: Iterable<LastValue>): Work<string> {
  const parts = [`${JSON.stringify({ version: VERSION, ...head })}\n`]
  for (const { instrument, ...value } of values) {
    const { exchange, symbol, token, kind, expiry, strike, underlying } = instrument
    parts.push(`${JSON.stringify({ exchange, symbol, token, kind, expiry, strike, underlying, ...value })}\n`)
    if (parts.length % LINES === 0) yield
  }
  return parts.join('')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const corrupt = (path: string, why: string) =>
  new TickwireError('STORE_CORRUPT', `${path} is damaged: ${why}`, { next: `rm ${path}` })
