import type { TickHeader } from '../../bus/message.ts'
import { payloadStart, textMessage } from '../websocket.ts'

/** One tick as it came from the bus: the bytes of the plain client message, shared by everything made from it. */
export class Tick {
  readonly header: TickHeader
  /** A whole WebSocket message. */
  readonly message: Buffer
  /** When its publisher put it on the bus, microseconds since 1970; 0: not known. */
  readonly sentAt: number

  /** `message` is kept: no view of a bus message, which holds thousands of ticks and must be let go. */
  constructor(header: TickHeader, message: Buffer, sentAt = 0) {
    this.header = header
    this.message = message
    this.sentAt = sentAt
  }

  /** Without the WebSocket header: the client frame as the adapter made it. Made anew each time: few need it. */
  get payload(): Buffer {
    return this.message.subarray(payloadStart(this.message))
  }
}

/** What frames are newer values of: all clients for which a topic means the same bytes. */
export interface Source {
  /** The same frame for who wants to know that more was folded into it; `undefined` when nobody does. */
  recount(frame: Frame, folded: number): Frame | undefined
}

/** One finished message, shared by all clients that get it. */
export interface Frame {
  /** A whole WebSocket message. */
  readonly bytes: Buffer
  readonly size: number
  /** What it is a newer value of, or tells a gap of: nothing is folded across that. Replies have none. */
  readonly source: Source | undefined
  /** Replies and notices have none: they are never folded. */
  readonly tick: Tick | undefined
  /** How many publications it stands for by itself: 0 for a value published before, and for what is no tick. */
  readonly stands: 0 | 1
  /** Marked as a value that is not of now, or not the last. */
  readonly isOld?: true
}

/** Whether one may stand for the other, too: publications of two publishers are counted apart. */
export const isFoldable = (older: Frame, newer: Frame): boolean => older.tick?.header.epoch === newer.tick?.header.epoch

/** A reply or a notice; `source`: what it tells a gap of. */
export const textFrame = (text: string, source?: Source): Frame => messageFrame(Buffer.from(text), source)

/** The same of finished text, as bytes, which are copied. */
export function messageFrame(payload: Uint8Array, source?: Source): Frame {
  const bytes = textMessage(payload)
  return { bytes, size: bytes.length, source, tick: undefined, stands: 0 }
}

/** The JSON text of a frame, as bytes. */
export const payloadOf = ({ bytes }: Frame): Buffer => bytes.subarray(payloadStart(bytes))
