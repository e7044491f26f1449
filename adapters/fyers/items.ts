import type { Signal } from '../contract.ts'
import type { Draft, Layout, Layouts } from './fields.ts'
import { parseTopic, type Topic, type TopicTable } from './topics.ts'

/** Kinds of items: the letters S, U and L. */
const SNAPSHOT = 0x53
const UPDATE = 0x55
const LITE = 0x4c

/** In the place of a number: not sent. */
const ABSENT = -0x8000_0000
/** A raw number has no more digits. */
const MOST_DECIMALS = 9
const TRAILER_HEAD = 3

export const CUT: Signal = { kind: 'malformed', what: 'frame cut' }
const NO_SCALE: Signal = { kind: 'malformed', what: 'snapshot without a scale' }
const NO_MULTIPLIER: Signal = { kind: 'ignored', what: 'snapshot with a multiplier of 0' }
const NO_TIMES = { timestamp: null, lastTradeTime: null } as const
const UNKNOWN: Signal = { kind: 'ignored', what: 'update of an unknown topic' }

/** Where the next item begins, or why nothing behind this one can be read. */
type Step = number | Signal

/**
 * The items of a data frame, appended to `signals` in their order. What cannot be read ends it: an item says nowhere how
 * long it is.
 */
export function readItems(
  view: DataView,
  start: number,
  topics: TopicTable,
  layouts: Layouts,
  signals: Signal[],
): void {
  const end = view.byteLength
  if (start + 2 > end) {
    signals.push(CUT)
    return
  }
  const count = view.getUint16(start)
  let at = start + 2
  for (let read = 0; read < count; read++) {
    const step = at + 3 > end ? CUT : readItem(view, at, topics, layouts, signals)
    if (typeof step !== 'number') {
      signals.push(step)
      return
    }
    at = step
  }
  if (view.getUint16(0) + 2 > end) signals.push(CUT)
  else if (at < end) signals.push({ kind: 'ignored', what: 'bytes behind the last item' })
}

function readItem(view: DataView, at: number, topics: TopicTable, layouts: Layouts, signals: Signal[]): Step {
  switch (view.getUint8(at)) {
    case SNAPSHOT:
      return readSnapshot(view, at, topics, layouts, signals)
    case UPDATE:
      return readUpdate(view, at, topics, layouts, signals)
    case LITE:
      return readLite(view, at, topics, layouts, signals)
    default:
      return { kind: 'malformed', what: 'item of an unknown kind' }
  }
}

/** Everything of a topic, its id, and behind the numbers what they are scaled by. */
function readSnapshot(view: DataView, start: number, topics: TopicTable, layouts: Layouts, signals: Signal[]): Step {
  const end = view.byteLength
  if (start + 4 > end) return CUT
  const id = view.getUint16(start + 1)
  const nameAt = start + 4
  const countAt = nameAt + view.getUint8(start + 3)
  if (countAt + 1 > end) return CUT
  const count = view.getUint8(countAt)
  const trailerAt = countAt + 1 + 4 * count
  if (trailerAt + 2 > end) return CUT
  const next = trailerAt + 2 + view.getUint16(trailerAt)
  if (next > end) return CUT
  const scale = next < trailerAt + 2 + TRAILER_HEAD ? undefined : readScale(view, trailerAt + 2)
  topics.forget(id)
  if (scale === undefined) return NO_SCALE
  const { multiplier, precision } = scale
  if (multiplier === 0) {
    // All else is as it should be, and where it ends is known: what stands behind it is of other topics, and the connection
    // of them, which frames that cannot be read would end.
    signals.push(NO_MULTIPLIER)
    return next
  }
  const name = readText(view, nameAt, countAt)
  const known = parseTopic(name)
  if (!known) {
    signals.push({ kind: 'ignored', what: 'topic of an unknown kind' })
    return next
  }
  const topic: Topic = { ...known, name, divisor: 10 ** precision * multiplier }
  topics.set(id, topic)
  const part = readPart(view, countAt + 1, count, topic, layouts[topic.kind])
  signals.push({ kind: 'part', token: topic.token, source: sourceOf(topic), isWhole: true, part })
  return next
}

/** As many numbers as are needed to reach the last one that changed. */
function readUpdate(view: DataView, start: number, topics: TopicTable, layouts: Layouts, signals: Signal[]): Step {
  if (start + 4 > view.byteLength) return CUT
  const count = view.getUint8(start + 3)
  const next = start + 4 + 4 * count
  if (next > view.byteLength) return CUT
  const topic = topics.get(view.getUint16(start + 1))
  if (!topic) signals.push(UNKNOWN)
  else pushPart(topic, readPart(view, start + 4, count, topic, layouts[topic.kind]), signals)
  return next
}

/** The first few numbers; how many, the stream configuration said. */
function readLite(view: DataView, start: number, topics: TopicTable, layouts: Layouts, signals: Signal[]): Step {
  const topic = topics.get(view.getUint16(start + 1))
  const count = topic ? layouts[topic.kind].lite : liteOfAny(layouts)
  if (count === 0) return { kind: 'malformed', what: 'lite item of unknown length' }
  const next = start + 3 + 4 * count
  if (next > view.byteLength) return CUT
  if (!topic) signals.push(UNKNOWN)
  else {
    const part = readPart(view, start + 3, count, topic, layouts[topic.kind])
    // The times it does not have are not those of the snapshot, which may be of the morning.
    if (Object.keys(part).length > 0) pushPart(topic, { ...NO_TIMES, ...part, mode: 'LTP' }, signals)
  }
  return next
}

/** Of a topic nobody knows: the length that they all have, if they have one. */
const liteOfAny = (layouts: Layouts): number => (layouts.sf.lite === layouts.if.lite ? layouts.sf.lite : 0)

function pushPart(topic: Topic, part: Draft, signals: Signal[]): void {
  if (Object.keys(part).length > 0)
    signals.push({ kind: 'part', token: topic.token, source: sourceOf(topic), isWhole: false, part })
}

/** An index is all that its instrument has. */
const sourceOf = ({ kind }: Topic): string => (kind === 'dp' ? 'dp' : 'sf')

function readPart(view: DataView, start: number, count: number, { token, divisor }: Topic, { fields }: Layout): Draft {
  const draft: Draft = {}
  const most = Math.min(count, fields.length)
  for (let read = 0; read < most; read++) {
    const raw = view.getInt32(start + 4 * read)
    if (raw !== ABSENT) fields[read]?.(draft, raw, divisor)
  }
  // Where nothing but shares is traded, 0 is how the server says that there is none.
  if (draft.openInterest === 0 && /^\w+_cm\|/.test(token)) draft.openInterest = null
  return draft
}

/** Prices are the raw number divided by 10^precision and by the multiplier, at full precision. */
function readScale(view: DataView, at: number): { multiplier: number; precision: number } | undefined {
  const precision = view.getUint8(at + 2)
  return precision > MOST_DECIMALS ? undefined : { multiplier: view.getUint16(at), precision }
}

const readText = (view: DataView, start: number, end: number): string =>
  Buffer.from(view.buffer, view.byteOffset + start, end - start).toString('latin1')
