/** What a client asks on the price socket. */
export type Request =
  | { readonly kind: 'login'; readonly key: string; readonly mode: string; readonly source: string }
  | { readonly kind: 'acknowledge'; readonly number: number }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly topics: readonly string[]; readonly channel: number }
  | { readonly kind: 'snapshot'; readonly topics: readonly string[] }
  | { readonly kind: 'pause' | 'resume'; readonly channels: readonly number[] }
  | { readonly kind: 'mode'; readonly channels: readonly number[]; readonly isLite: boolean }
  | { readonly kind: 'ping' }
  | { readonly kind: 'unknown'; readonly type: number | undefined }

/** The type of the request that an answer has, too. */
export const TYPES = { login: 1, subscribe: 4, unsubscribe: 5, pause: 7, resume: 8, snapshot: 9, mode: 12 } as const

/** The length in the head is not looked at: the vendor's own clients write a wrong one, and the server does not care. */
export function readRequest(frame: Buffer): Request {
  const type = frame[2]
  if (type === 11) return { kind: 'ping' }
  const fields = fieldsOf(frame)
  const none = Buffer.alloc(0)
  const first = fields.get(1) ?? none
  const second = fields.get(2) ?? none
  switch (type) {
    case 1:
      return { kind: 'login', key: first.toString(), mode: second.toString(), source: String(fields.get(4) ?? '') }
    case 3:
      return { kind: 'acknowledge', number: first.length === 4 ? first.readUInt32BE(0) : Number.NaN }
    case 4:
    case 5: {
      const [channel = 0] = second
      return { kind: type === 4 ? 'subscribe' : 'unsubscribe', topics: topicsOf(first), channel }
    }
    case 7:
    case 8:
      return { kind: type === 7 ? 'pause' : 'resume', channels: channelsOf(first) }
    case 9:
      return { kind: 'snapshot', topics: topicsOf(first) }
    case 12:
      return { kind: 'mode', channels: channelsOf(first), isLite: second.toString() === 'L' }
    default:
      return { kind: 'unknown', type }
  }
}

/** Id, length of two bytes, content: one after the other behind their count. */
function fieldsOf(frame: Buffer): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>()
  let at = 4
  for (let left = frame[3] ?? 0; left > 0 && at + 3 <= frame.length; left--) {
    const next = at + 3 + frame.readUInt16BE(at + 1)
    fields.set(frame.readUInt8(at), frame.subarray(at + 3, next))
    at = next
  }
  return fields
}

/** A count of two bytes, then each topic behind its length. */
function topicsOf(field: Buffer): readonly string[] {
  const topics: string[] = []
  let at = 2
  for (let left = field.length < 2 ? 0 : field.readUInt16BE(0); left > 0 && at < field.length; left--) {
    const next = at + 1 + field.readUInt8(at)
    topics.push(field.subarray(at + 1, next).toString())
    at = next
  }
  return topics
}

/** Bit by bit, the lowest is channel 0. */
function channelsOf(bitmap: Buffer): readonly number[] {
  const bits = bitmap.length === 8 ? bitmap.readBigUInt64BE(0) : 0n
  return Array.from({ length: 64 }, (_, channel) => channel).filter(channel => ((bits >> BigInt(channel)) & 1n) === 1n)
}
