import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '../../support/source.ts'
import { type KiteMode, modeOf } from './mode.ts'
import { packetsOf } from './packet.ts'

/** Packets of one token as Kite sent them, by the mode they belong to. */
export type Recorded = ReadonlyMap<number, ReadonlyMap<KiteMode, Buffer>>

/** Recorded by others; not part of the repository, and not needed. */
const FOLDER = join(ROOT, '../shared/fixtures/brokers/zerodha')

const indexShape = z.object({ vectors: z.array(z.object({ frame28_hex: z.string(), frame32_hex: z.string() })) })
const divisorShape = z.array(z.object({ ltp_frame_hex: z.string() }))

/** The recorded packets where the folder is there, else none. */
export function recordedPackets(folder = FOLDER): Recorded {
  const found = new Map<number, Map<KiteMode, Buffer>>()
  if (!existsSync(folder)) return found
  const text = (name: string) => readFileSync(join(folder, name), 'utf8')
  const packets = [
    ...packetsOf(readFileSync(join(folder, 'frame_ltp_884737.bin'))),
    ...packetsOf(readFileSync(join(folder, 'frame_quote_884737.bin'))),
    Buffer.from(text('ticker_quote.packet'), 'base64'),
    ...indexShape
      .parse(JSON.parse(text('index_rebuilt.json')))
      .vectors.flatMap(one => [one.frame28_hex, one.frame32_hex].flatMap(hex => packetsOf(Buffer.from(hex, 'hex')))),
    ...divisorShape
      .parse(JSON.parse(text('divisors.json')))
      .flatMap(one => packetsOf(Buffer.from(one.ltp_frame_hex, 'hex'))),
  ]
  for (const packet of packets) {
    const token = packet.readUInt32BE(0)
    const ofToken = found.get(token) ?? new Map<KiteMode, Buffer>()
    found.set(token, ofToken.set(modeOf(packet.length), packet))
  }
  return found
}
