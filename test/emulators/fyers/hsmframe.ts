/**
 * Frames of the price socket as the server writes them (HSM): all integers big-endian. This is the broker's side: it shares
 * nothing with the adapter. Nothing here does I/O.
 */

/** A value that is not sent. */
export const UNSENT = -0x8000_0000

/** How raw prices of a topic are to be read: divided by 10 to the precision, and by the multiplier. */
export interface Scale {
  readonly precision: number
  readonly multiplier: number
}

/** Types of answers are those of the requests. */
const DATA = 6
const MASTER = 13

/** `nse_cm`, `3045`, `SBIN-EQ`. */
export type Names = readonly [segment: string, token: string, symbol: string]

const u8 = (value: number): Buffer => Buffer.from([value])

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const text8 = (value: string): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([u8(bytes.length), bytes])
}

/** Signed; what does not fit is the test's mistake. */
function i32s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeInt32BE(value, at * 4)
  return bytes
}

/** The head says how many bytes follow its first two. */
const frame = (type: number, body: Buffer): Buffer => Buffer.concat([u16(body.length + 1), u8(type), body])

const field = (id: number, content: Buffer): Buffer => Buffer.concat([u8(id), u16(content.length), content])

/** A field of an answer, as id and content. */
type Field = readonly [id: number, content: Buffer]

/** Whether a request was taken: `K` or `N`, and whatever else is said with it. */
export const answer = (type: number, isTaken: boolean, more: readonly Field[] = []): Buffer =>
  frame(
    type,
    Buffer.concat([
      u8(1 + more.length),
      field(1, Buffer.from(isTaken ? 'K' : 'N')),
      ...more.map(([id, content]) => field(id, content)),
    ]),
  )

/** To a login that is taken. `interval`: how many data frames until an acknowledgement; 0: none, and no numbers. */
export const loginAnswer = (interval: number | undefined, configuration: string | undefined): Buffer =>
  answer(1, true, [
    ...(interval === undefined ? [] : [[2, u16(interval)] as const]),
    ...(configuration === undefined ? [] : [[3, Buffer.from(configuration)] as const]),
  ])

/** Without a number where the login's interval is 0. `count` may lie. */
export const dataFrame = (number: number | undefined, items: readonly Buffer[], count = items.length): Buffer =>
  frame(DATA, Buffer.concat([...(number === undefined ? [] : [u32(number)]), u16(count), ...items]))

/** Of no use to anybody. */
export const masterFrame = (content: Buffer): Buffer => frame(MASTER, content)

/** `more`: what a later version may append to the trailer. */
export function snapshotItem(
  {
    id,
    topic,
    values,
    scale,
    names,
  }: {
    readonly id: number
    readonly topic: string
    readonly values: readonly number[]
    readonly scale: Scale
    readonly names: Names
  },
  more: Buffer = Buffer.alloc(0),
): Buffer {
  const trailer = Buffer.concat([u16(scale.multiplier), u8(scale.precision), ...names.map(text8), more])
  return Buffer.concat([
    Buffer.from('S'),
    u16(id),
    text8(topic),
    u8(values.length),
    i32s(values),
    u16(trailer.length),
    trailer,
  ])
}

/** The values up to the last one that has changed. */
export const updateItem = (id: number, values: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from('U'), u16(id), u8(values.length), i32s(values)])

/** As many values as the configuration says: nothing counts them. */
export const liteItem = (id: number, values: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from('L'), u16(id), i32s(values)])
