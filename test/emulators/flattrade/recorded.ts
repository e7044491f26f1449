import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '../../support/source.ts'
import type { Record } from './record.ts'

/** Touchline frames of a scrip as they were sent, a whole record first; by `NSE|22`. */
export type Recorded = ReadonlyMap<string, readonly Record[]>

/** Recorded by others; not part of the repository, and not needed. */
const FOLDER = join(ROOT, '../shared/fixtures/brokers/flattrade')

const shape = z.object({ messages: z.array(z.record(z.string(), z.string())).min(1) })

/** The recorded sequences where the folder is there, else none. */
export function recordedFrames(folder = FOLDER): Recorded {
  const found = new Map<string, readonly Record[]>()
  for (const name of ['noren-touchline-ntpc.json', 'noren-touchline-nfo.json']) {
    const path = join(folder, name)
    if (!existsSync(path)) continue
    const { messages } = shape.parse(JSON.parse(readFileSync(path, 'utf8')))
    found.set(`${messages[0]?.e}|${messages[0]?.tk}`, messages)
  }
  return found
}
