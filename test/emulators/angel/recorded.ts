import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '../../support/source.ts'
import { keyOf, keyText } from './packet.ts'

/** Packets of one instrument as Angel One sent them, in their order, all of one mode. */
export type Recorded = ReadonlyMap<string, readonly Buffer[]>

/** Recorded by others; not part of the repository, and not needed. */
const FOLDER = join(ROOT, '../shared/fixtures/brokers/angel')

const FILES = ['ltp', 'quote_equity', 'quote_index_stream', 'snapquote']

const shape = z.array(z.object({ frame_hex: z.hex() }))

/** The recorded packets where the folder is there, else none; of an instrument those of its deepest mode. */
export function recordedPackets(folder = FOLDER): Recorded {
  const found = new Map<string, Buffer[]>()
  if (!existsSync(folder)) return found
  for (const name of FILES)
    for (const { frame_hex } of shape.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')))) {
      const bytes = Buffer.from(frame_hex, 'hex')
      const key = keyText(keyOf(bytes))
      const known = found.get(key) ?? []
      const depth = known[0]?.length ?? 0
      if (bytes.length > depth) found.set(key, [bytes])
      else if (bytes.length === depth) known.push(bytes)
    }
  return found
}
