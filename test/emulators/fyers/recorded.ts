import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '../../support/source.ts'

/** Values of one topic as the broker sent them, by their ids in the stream configuration. */
export type Recorded = ReadonlyMap<string, Readonly<Record<string, number>>>

/** Recorded by others; not part of the repository, and not needed. */
const FILE = join(ROOT, '../shared/fixtures/brokers/fyers/hsm-captured-sbin-values.json')

const shape = z.object({ topic: z.string(), raw: z.record(z.string(), z.number()) })

/** The names of the file. */
const IDS: Readonly<Record<string, string>> = {
  ltp: 's105',
  prev_close_price: 's121',
  open_price: 's120',
  high_price: 's115',
  low_price: 's114',
  bid_price: 's109',
  bid_size: 's111',
  ask_size: 's112',
}

/** What was recorded, where the file is there. */
export function recordedValues(file = FILE): Recorded {
  if (!existsSync(file)) return new Map()
  const { topic, raw } = shape.parse(JSON.parse(readFileSync(file, 'utf8')))
  const known = Object.entries(raw).flatMap(([name, value]) => (IDS[name] ? [[IDS[name], value] as const] : []))
  return new Map([[topic, Object.fromEntries(known)]])
}
