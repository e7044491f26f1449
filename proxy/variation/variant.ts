import type { TickHeader } from '../../bus/message.ts'
import { Cuts } from './cuts.ts'
import { type Age, Ending, type Stamps } from './ending.ts'
import { isSpace } from './pairs.ts'
import { type Selection, select, selectionOf } from './selection.ts'

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
  /** Whether it says that a value is not of now: `snapshot`, `stale`. */
  readonly state?: boolean
  /** Whether it says when it passed each hop. */
  readonly stamps?: boolean
}

/** Equal for variations that make equal frames. */
export const variationKey = ({ symbol, fields, seq, count, state = false, stamps = false }: Variation): string =>
  JSON.stringify([symbol ?? null, fields ?? null, seq, count, state, stamps])

/** What of a variation is the same for each tick, as bytes. */
interface Plan {
  /** The inside of a JSON text. */
  readonly symbol: Uint8Array | undefined
  readonly selection: Selection | undefined
}

const BRACE = 0x7d

const cuts = new Cuts()
const plans = new WeakMap<Variation, Plan>()
/** By what a variation says. */
const endings = {
  none: new Ending({ seq: false, count: false }),
  seq: new Ending({ seq: true, count: false }),
  count: new Ending({ seq: false, count: true }),
  both: new Ending({ seq: true, count: true }),
}

/**
 * The frame of one tick in one variation, without a WebSocket header; nothing is parsed, bytes are put together.
 * `header` must belong to `payload` (`readTick` has checked its offsets). `count` is 0 for a value that was published
 * before: such a frame is a snapshot. `age`: it is said that the value is not of now, to who understands that. `stamps`:
 * they are said.
 * A frame that is not as it should be goes out as whole as it came. Keep the `variation` from tick to tick: what is fixed
 * for it is prepared once per object.
 */
export function vary(
  payload: Uint8Array,
  header: TickHeader,
  variation: Variation,
  count: number,
  age?: Age,
  stamps?: Stamps,
): Buffer {
  const isWhole = variation.symbol === undefined && !variation.fields
  const isPlainEnd = !(variation.seq || variation.count || age || stamps)
  const end = isPlainEnd ? payload.length : lastBrace(payload)
  if (!isWhole) cut(payload, end, header, planOf(variation))
  const at = isWhole ? end : cuts.length
  const ending = end < payload.length ? endingOf(variation) : undefined
  ending?.write(header, count, age, stamps)
  const frame = Buffer.allocUnsafe(at + (ending?.length ?? 0))
  // What follows the end is overwritten: a view of what does not would cost more.
  if (isWhole) frame.set(payload.length <= frame.length ? payload : payload.subarray(0, end))
  else cuts.write(frame, payload)
  if (ending) frame.set(ending.bytes.subarray(ending.bytes.length - ending.length), at)
  return frame
}

const endingOf = ({ seq, count }: Variation): Ending =>
  seq ? (count ? endings.both : endings.seq) : count ? endings.count : endings.none

function planOf(variation: Variation): Plan {
  let plan = plans.get(variation)
  if (!plan) {
    const { symbol, fields } = variation
    plan = {
      symbol: symbol === undefined ? undefined : Buffer.from(JSON.stringify(symbol).slice(1, -1)),
      selection: fields && selectionOf(fields),
    }
    plans.set(variation, plan)
  }
  return plan
}

/** Decides which pieces of the payload, up to `end`, stay. */
function cut(payload: Uint8Array, end: number, header: TickHeader, { symbol, selection }: Plan): void {
  cuts.begin(symbol, header)
  if (selection) {
    if (select(payload, end, header.dataSymbolAt, selection, cuts)) return
    cuts.begin(symbol, header)
  }
  cuts.keep(0, end)
}

/** Where the brace of the whole frame is; behind everything when it does not end with one. */
function lastBrace(payload: Uint8Array): number {
  let at = payload.length - 1
  while (isSpace(payload[at])) at--
  return payload[at] === BRACE ? at : payload.length
}
