import type { Log } from '../../../shared/log.ts'
import { excerpt } from '../../../shared/redaction.ts'
import type { Signal } from '../../contract.ts'

/** What came from the broker besides ticks that were asked for, counted since the feed started. */
export interface TrafficCounts {
  /** Frames that could not be read, or only in part. */
  readonly malformed: number
  /** Understood and of no use here, by kind. */
  readonly ignored: Readonly<Record<string, number>>
  /** Ticks of instruments that nobody wants (any more). */
  readonly unasked: number
  /** What the broker said in words. */
  readonly notices: number
}

/** A broker may say the same thousands of times. */
const NOTICES_TOLD = 20
const LONGEST_NOTICE = 300
/** Noise has a new kind in every frame; those beyond these are counted together. */
const KINDS_KEPT = 20
const LONGEST_KIND = 80

export class Traffic {
  readonly #log: Log
  readonly #ignored = new Map<string, number>()
  #malformed = 0
  #notices = 0
  unasked = 0

  constructor(log: Log) {
    this.#log = log
  }

  note(signal: Signal): void {
    if (signal.kind === 'malformed') this.#noteMalformed(signal.what)
    else if (signal.kind === 'ignored') this.#noteIgnored(signal.what)
    else if (signal.kind === 'notice') this.#tell(signal.text, signal.level)
    else if (signal.kind === 'rejected')
      this.#tell(`refuses ${signal.tokens.length} instruments: ${signal.reason}`, 'error')
  }

  counts(): TrafficCounts {
    return {
      malformed: this.#malformed,
      ignored: Object.fromEntries(this.#ignored),
      unasked: this.unasked,
      notices: this.#notices,
    }
  }

  #noteMalformed(what: string): void {
    if (this.#malformed++ === 0) this.#log.warn({ what }, 'a frame could not be read; further ones are counted')
  }

  #noteIgnored(kind: string): void {
    const name = this.#ignored.has(kind) ? kind : excerpt(kind, LONGEST_KIND)
    const what = this.#ignored.has(name) || this.#ignored.size < KINDS_KEPT ? name : 'other'
    const count = this.#ignored.get(what) ?? 0
    this.#ignored.set(what, count + 1)
    if (count === 0) this.#log.info({ what }, 'ignored; further ones are counted')
  }

  #tell(text: string, level: 'error' | 'message'): void {
    if (this.#notices++ >= NOTICES_TOLD) return
    this.#log[level === 'error' ? 'warn' : 'info'](`the broker says: ${excerpt(text, LONGEST_NOTICE)}`)
  }
}
