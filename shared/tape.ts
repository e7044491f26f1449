import { createWriteStream, openSync } from 'node:fs'
import { finished, type Writable } from 'node:stream'
import { systemCode, TickwireError } from './errors.ts'
import { Needles } from './needles.ts'
import type { Secret } from './secret.ts'
import { folderError } from './store/folder.ts'
import * as layout from './tape/record.ts'
import { tracesOf } from './trace.ts'

export { type ReadOptions, readTape, readTapeHeader } from './tape/reader.ts'
export type { TapeHeader, TapeRecord } from './tape/record.ts'

type Header = layout.TapeHeader
type Record = layout.TapeRecord

const LIMIT_BYTES = 8 * 1024 * 1024
/** Shorter ones are codes such as a PIN, which stand in the bytes of any frame by chance. */
const SHORTEST_TRACE = 6
/** What a waiting record costs besides its bytes, roughly. */
const RECORD_COST = 256

export interface TapeOptions {
  /** How many bytes may wait for the disk; 8 MiB. */
  readonly limitBytes?: number
  /** The disk is full or failed, and the tape ends there. Called once; the feed goes on. */
  readonly onEnd?: (error: TickwireError) => void
}

/**
 * Records frames as they come, beside the feed: `append` never waits. When the disk is slower than the feed, records
 * are left out and a note says how many; when the disk fails, the tape ends. A frame that holds a secret is not kept: a
 * note stands in its place. The bytes are described in shared/README.md.
 */
export class TapeWriter {
  readonly #out: Writable
  readonly #limit: number
  readonly #traces = new Map<string, Buffer>()
  readonly #codes = new Set<string>()
  /** Of the codes: looked for in texts only, and among digits only as whole numbers. */
  #needles: Needles | undefined
  readonly #finished: Promise<void>
  #isOver = false
  #waiting = 0
  /** Records left out since the last note of it. */
  #lost = 0
  #lastAt = 0
  #written = 0
  #dropped = 0
  #withheld = 0

  /**
   * Makes the file, mode 0600. Throws FOLDER_UNUSABLE when it cannot be made or is there already: a tape is never
   * overwritten, and never continued.
   */
  static open(path: string, header: Header, secrets: readonly Secret[], options: TapeOptions = {}): TapeWriter {
    return new TapeWriter(createWriteStream(path, { fd: create(path) }), path, header, secrets, options)
  }

  /** Writes to `out` from its beginning; `path` names it in errors. */
  constructor(out: Writable, path: string, header: Header, secrets: readonly Secret[], options: TapeOptions = {}) {
    this.#out = out
    this.#limit = Math.min(options.limitBytes ?? LIMIT_BYTES, layout.MAX_LENGTH)
    this.protect(secrets)
    this.#finished = new Promise(resolve => {
      finished(out, error => {
        this.#isOver = true
        if (error) options.onEnd?.(diskError(path, error))
        resolve()
      })
    })
    const { note: _, ...bare } = header
    const told = this.#hasSecret(Buffer.from(JSON.stringify(header))) ? bare : header
    out.write(layout.encodeHeader(told))
  }

  /** Records given so far, by what became of them: on the tape, left out for a slow disk, not kept for a secret. */
  get counts(): { readonly written: number; readonly dropped: number; readonly withheld: number } {
    return { written: this.#written, dropped: this.#dropped, withheld: this.#withheld }
  }

  /** What waits for the disk, bookkeeping included. */
  get waitingBytes(): number {
    return this.#waiting
  }

  /** From now on frames with one of these are not kept either: a new login brings new secrets. */
  protect(secrets: readonly Secret[]): void {
    for (const secret of secrets) {
      const text = secret.reveal()
      if (text.length < SHORTEST_TRACE) this.#codes.add(text)
      else for (const trace of tracesOf(secret)) this.#traces.set(trace.toString('latin1'), trace)
    }
    this.#needles = this.#codes.size > 0 ? new Needles(this.#codes) : undefined
  }

  /** Takes one record; its bytes are copied. After the end of the tape it does nothing. */
  append(record: Record): void {
    if (this.#isOver) return
    this.#lastAt = record.receivedAt
    const { direction, frame } = record
    const bytes = typeof frame === 'string' ? Buffer.from(frame) : viewOf(frame)
    if (this.#hasSecret(bytes) || (typeof frame === 'string' && this.#needles?.areIn(frame))) {
      this.#withheld++
      this.#note(record, `${direction}: ${bytes.length} bytes held a secret and are not kept`)
    } else if (this.#hasRoom(bytes.length)) {
      this.#tellLoss()
      this.#written++
      this.#write(record)
    } else {
      this.#lost++
      this.#dropped++
    }
  }

  /** Resolves when everything is on the disk, or the tape ended before. */
  close(): Promise<void> {
    if (!this.#isOver) {
      this.#tellLoss()
      this.#isOver = true
      this.#out.end()
    }
    return this.#finished
  }

  #hasSecret(bytes: Buffer): boolean {
    for (const trace of this.#traces.values()) if (bytes.includes(trace)) return true
    return false
  }

  /** Once something was left out, half of the room must be free again: a few long holes instead of many short ones. */
  #hasRoom(length: number): boolean {
    const isDrained = this.#lost === 0 || this.#waiting < this.#limit / 2
    return isDrained && this.#waiting + length + RECORD_COST <= this.#limit
  }

  #tellLoss(): void {
    if (this.#lost === 0) return
    this.#write({ receivedAt: this.#lastAt, connection: 0, direction: 'note', frame: lossNote(this.#lost) })
    this.#lost = 0
  }

  #note({ receivedAt, connection }: Record, frame: string): void {
    if (!this.#hasRoom(frame.length)) return
    this.#tellLoss()
    this.#write({ receivedAt, connection, direction: 'note', frame })
  }

  #write(record: Record): void {
    const bytes = layout.encodeRecord(record)
    const cost = bytes.length + RECORD_COST
    this.#waiting += cost
    this.#out.write(bytes, () => {
      this.#waiting -= cost
    })
  }
}

function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw folderError(path, cause)
    throw new TickwireError('FOLDER_UNUSABLE', `${path} is there already, and a tape is never overwritten`, {
      next: 'name another file, or move that one away',
      cause,
    })
  }
}

function diskError(path: string, cause: Error): TickwireError {
  const why = folderError(path, cause)
  const words = why instanceof TickwireError ? why.message : `${path}: ${cause.message}`
  const next = 'free some space, then begin another tape'
  return new TickwireError('FOLDER_UNUSABLE', `${words}; the tape ended, the feed goes on`, { next, cause })
}

const lossNote = (count: number) => `${count} records left out: the disk was slower than the feed`

const viewOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
