import { payloadStart } from '../websocket.ts'

const DATA = Buffer.from('data: ')
const END = Buffer.from('\n\n')
const LINE_BREAK = /\r\n|\r|\n/g
const [LINE_FEED, RETURN] = [0x0a, 0x0d]

/** One event of a name of its own. */
export const namedEvent = (name: string, value: object): string => `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`

/** What is shown to nobody: it keeps the way open. */
export const COMMENT = ':\n\n'

/**
 * Writes of WebSocket messages as events: each message is one, `data: ` and exactly its text. All readers of a write that
 * clients share are given the same bytes, made once.
 */
export class Lines {
  #write: Uint8Array | undefined
  #lines: Buffer = END

  /** `write`: whole messages of our own making, one after the other. */
  of(write: Uint8Array): Buffer {
    if (write !== this.#write) {
      this.#lines = linesOf(write)
      this.#write = write
    }
    return this.#lines
  }
}

function linesOf(write: Uint8Array): Buffer {
  const payloads = payloadsOf(write)
  let length = 0
  for (const payload of payloads) length += DATA.length + payload.length + END.length
  const lines = Buffer.allocUnsafe(length)
  let at = 0
  for (const payload of payloads) {
    lines.set(DATA, at)
    lines.set(payload, at + DATA.length)
    at += DATA.length + payload.length
    lines.set(END, at)
    at += END.length
  }
  return lines
}

/** The texts of the messages in a write. */
export function payloadsOf(write: Uint8Array): Buffer[] {
  const bytes = Buffer.from(write.buffer, write.byteOffset, write.length)
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const from = at + payloadStart(bytes.subarray(at))
    const said = bytes[at + 1] ?? 0
    const length = said < 126 ? said : said === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6)
    at = from + length
    found.push(inOneLine(bytes.subarray(from, at)))
  }
  return found
}

/** No JSON of ours has a line break; one of a foreign publisher may, between its names and values. */
function inOneLine(payload: Buffer): Buffer {
  if (!payload.includes(LINE_FEED) && !payload.includes(RETURN)) return payload
  return Buffer.from(payload.toString().replace(LINE_BREAK, ' '))
}
