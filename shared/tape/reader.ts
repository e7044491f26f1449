import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from '../checksum.ts'
import { systemCode, TickwireError } from '../errors.ts'
import { folderError } from '../store/folder.ts'
import * as layout from './record.ts'

const CHUNK_BYTES = 256 * 1024

/** Throws NOT_FOUND, FOLDER_UNUSABLE, or TAPE_CORRUPT for a file that is no tape. */
export function readTapeHeader(path: string): layout.TapeHeader {
  const source = new Source(path)
  try {
    return takeHeader(source, path)
  } finally {
    source.close()
  }
}

export interface ReadOptions {
  /** Begins with the first record received at or after this time, microseconds since 1970. */
  readonly from?: number
  /** The tape ends within a record, as it does when its writer was killed or the disk was full. */
  readonly onTorn?: (where: { readonly at: number; readonly bytes: number }) => void
}

/**
 * The records of a tape in their order, up to the last whole one. Throws as `readTapeHeader`, and TAPE_CORRUPT, which
 * names the place, for a record that was changed; those before it have been given by then.
 */
export function* readTape(
  path: string,
  { from = 0, onTorn }: ReadOptions = {},
): Generator<layout.TapeRecord, void, void> {
  const source = new Source(path)
  try {
    takeHeader(source, path)
    for (let hasBegun = false; ; ) {
      const { at } = source
      const record = takeRecord(source, path)
      if (record === undefined) {
        if (source.at > at) onTorn?.({ at, bytes: source.at - at })
        return
      }
      hasBegun ||= record.receivedAt >= from
      if (hasBegun) yield record
    }
  } finally {
    source.close()
  }
}

function takeHeader(source: Source, path: string): layout.TapeHeader {
  const preamble = source.take(layout.PREAMBLE_BYTES)
  const length = layout.readPreamble(preamble)
  if (typeof length === 'string') throw corrupt(`${path} is no tape that can be read: ${length}`)
  const json = source.take(length)
  const checksum = source.take(layout.CHECKSUM_BYTES)
  if (checksum.length < layout.CHECKSUM_BYTES) throw corrupt(`${path} ends within its header, at byte ${source.at}`)
  const header = layout.readHeader(preamble, json, checksum)
  if (header === undefined) throw corrupt(`${path} was changed in its header, at byte 0`)
  return header
}

/** `undefined` when there is no whole record any more. */
function takeRecord(source: Source, path: string): layout.TapeRecord | undefined {
  const { at } = source
  const bytes = source.take(layout.RECORD_HEAD_BYTES)
  if (bytes.length < layout.RECORD_HEAD_BYTES) return undefined
  const head = layout.readRecordHead(bytes)
  if (head === undefined) throw corrupt(`${path} was changed in the record at byte ${at}`)
  const content = source.take(head.length)
  if (content.length < head.length) return undefined
  if (crc32(content) !== head.checksum) throw corrupt(`${path} was changed in the record at byte ${at}`)
  const { receivedAt, connection, direction, isBinary } = head
  return { receivedAt, connection, direction, frame: isBinary ? content : content.toString() }
}

const corrupt = (message: string) =>
  new TickwireError('TAPE_CORRUPT', message, { next: 'what comes before can be read; the rest must be recorded anew' })

/** A file read from its beginning on, in pieces of any length. */
class Source {
  readonly #path: string
  readonly #fd: number
  #held = Buffer.alloc(0)
  #at = 0

  /** Throws NOT_FOUND without such a file, FOLDER_UNUSABLE when it cannot be read. */
  constructor(path: string) {
    this.#path = path
    try {
      this.#fd = openSync(path, 'r')
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw folderError(path, error)
      throw new TickwireError('NOT_FOUND', `There is no file ${path}`, {
        next: 'name a file that exists',
        cause: error,
      })
    }
  }

  /** How many bytes were taken. */
  get at(): number {
    return this.#at
  }

  /** The next `count` bytes; fewer at the end of the file. Throws FOLDER_UNUSABLE when it cannot be read. */
  take(count: number): Buffer {
    while (this.#held.length < count) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const got = this.#read(chunk)
      if (got === 0) break
      this.#held = Buffer.concat([this.#held, chunk.subarray(0, got)])
    }
    const taken = this.#held.subarray(0, count)
    this.#held = this.#held.subarray(taken.length)
    this.#at += taken.length
    return taken
  }

  #read(chunk: Buffer): number {
    try {
      return readSync(this.#fd, chunk)
    } catch (error) {
      throw folderError(this.#path, error)
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}
