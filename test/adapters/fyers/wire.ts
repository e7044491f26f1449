/** Frames as the price socket sends them, made for tests. */

const u8 = (value: number) => Buffer.of(value)
const u16 = (value: number) => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const i32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const named = (text: string) => Buffer.concat([u8(text.length), Buffer.from(text, 'latin1')])

/** Not sent. */
export const ABSENT = -0x8000_0000

const framed = (...parts: Buffer[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([u16(body.length), body])
}

export const answer = (type: number, fields: Readonly<Record<number, Buffer | string>>): Buffer => {
  const parts = Object.entries(fields).map(([id, content]) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    return Buffer.concat([u8(Number(id)), u16(bytes.length), bytes])
  })
  return framed(u8(type), u8(parts.length), ...parts)
}

/** The yes to a login. */
export const welcome = ({ interval, configuration }: { interval?: number; configuration?: object | string } = {}) =>
  answer(1, {
    1: 'K',
    ...(interval !== undefined && { 2: u16(interval) }),
    ...(configuration !== undefined && {
      3: typeof configuration === 'string' ? configuration : JSON.stringify(configuration),
    }),
  })

export const data = (message: number | undefined, ...items: Buffer[]): Buffer =>
  framed(u8(6), ...(message === undefined ? [] : [u32(message)]), u16(items.length), ...items)

export interface Scale {
  readonly multiplier?: number
  readonly precision?: number
  /** What a later server may add. */
  readonly more?: Buffer
}

export const snapshot = (
  id: number,
  topic: string,
  values: readonly number[],
  { multiplier = 1, precision = 2, more = Buffer.alloc(0) }: Scale = {},
): Buffer => {
  const [, segment = '', token = ''] = topic.split('|')
  const trailer = Buffer.concat([u16(multiplier), u8(precision), named(segment), named(token), named(token), more])
  return Buffer.concat([
    u8(83),
    u16(id),
    named(topic),
    u8(values.length),
    ...values.map(i32),
    u16(trailer.length),
    trailer,
  ])
}

export const update = (id: number, values: readonly number[]): Buffer =>
  Buffer.concat([u8(85), u16(id), u8(values.length), ...values.map(i32)])

export const lite = (id: number, values: readonly number[]): Buffer =>
  Buffer.concat([u8(76), u16(id), ...values.map(i32)])

/** Every value of an `sf` snapshot, in the order of the server: as captured for SBIN, the rest made up. */
export const SBIN = [
  106845, 9217341, 1747896300, 1747896301, 14914, 0, 106845, 0, 25, 812345, 912345, 107012, 0, 106300, 107770, 91200,
  68000, 97825, 119555, 107500, 108690,
]

export const filled = (count: number, value: number): number[] => Array.from({ length: count }, () => value)
