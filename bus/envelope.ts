import type { BusMessage } from './bus.ts'
import { malformed } from './message.ts'

/** Longest topic in bytes, the `\0` not counted. */
const MAX_TOPIC_BYTES = 255

/**
 * Longest message in bytes, topic included. A full subscription set of 200,000 topics has some 10 MB. Who sends more is
 * cut off by the forwarder.
 */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/** What a receiver asks for to get exactly this topic: the `\0` ends it, so no longer topic begins with it. */
export const exactFilter = (topic: string): string => `${topic}\0`

const NOTHING = Buffer.alloc(0)

/** Length of the envelope. Throws MESSAGE_MALFORMED over 64 MiB. */
export function envelopeBytes(topic: string, body: Buffer, seal: Buffer = NOTHING): number {
  const bytes = topic.length + 1 + body.length + seal.length
  if (bytes > MAX_MESSAGE_BYTES) throw malformed(`${bytes} bytes on ${topic}; the bus carries ${MAX_MESSAGE_BYTES}`)
  return bytes
}

/** `TOPIC` `\0` `body` `seal`, one fresh buffer: what travels. Throws MESSAGE_MALFORMED over 64 MiB. */
export function sealEnvelope(topic: string, body: Buffer, seal: Buffer = NOTHING): Buffer {
  const end = topic.length
  const envelope = Buffer.allocUnsafe(envelopeBytes(topic, body, seal))
  envelope.write(topic, 0, 'latin1')
  envelope[end] = 0
  envelope.set(body, end + 1)
  envelope.set(seal, end + 1 + body.length)
  return envelope
}

/**
 * One message from its frames: one frame is an envelope, two are the plain form `[TOPIC, body]`. `undefined` when it
 * is neither: no topic, no `\0`, a topic over 255 bytes, more frames. The body is a view of its frame.
 */
export function openEnvelope(frames: readonly Buffer[]): BusMessage | undefined {
  const [first, body] = frames
  if (!first || frames.length > 2) return undefined
  const end = first.indexOf(0)
  if (body) {
    if (end !== -1 || first.length === 0 || first.length > MAX_TOPIC_BYTES) return undefined
    return { topic: first.toString('latin1'), body, plain: true }
  }
  if (end < 1 || end > MAX_TOPIC_BYTES) return undefined
  return { topic: first.toString('latin1', 0, end), body: first.subarray(end + 1), plain: false }
}

const UNWANTED = 0
const WANTED = 1

/** What a receiver sends up to begin or cease to want a filter. */
export function formatDemand(filter: string, wanted: boolean): Buffer {
  const demand = Buffer.allocUnsafe(1 + filter.length)
  demand[0] = wanted ? WANTED : UNWANTED
  demand.write(filter, 1, 'latin1')
  return demand
}

/** What a publisher hears of a receiver's demand, or `undefined` when the frames are something else. */
export function parseDemand(frames: readonly Buffer[]): { filter: string; wanted: boolean } | undefined {
  const [demand] = frames
  const kind = demand?.[0]
  if (!demand || frames.length > 1 || (kind !== WANTED && kind !== UNWANTED)) return undefined
  return { filter: demand.toString('latin1', 1), wanted: kind === WANTED }
}
