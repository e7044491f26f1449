import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { KeyRecord } from '../shared/store/keys.ts'

const HOUR_MS = 3_600_000
const SAVE_MS = 2000
/** Of thousands of keys that come at once, so many in a turn. */
const MOST_AT_ONCE = 50

/**
 * Writes down once an hour that a key is used, some time after the use. A database that is busy or full changes nothing:
 * it is tried again.
 */
export class LastUse {
  readonly #clock: Clock
  readonly #save: (id: string, at: number) => boolean
  readonly #stop: Cancel
  /** When it was last seen in use, of what is not written yet. */
  readonly #waiting = new Map<string, number>()
  /** What this process wrote: its keys are not read again for that. */
  readonly #saved = new Map<string, number>()

  /** `save`: false when it is to be tried again. */
  constructor(clock: Clock, save: (id: string, at: number) => boolean) {
    this.#clock = clock
    this.#save = save
    this.#stop = clock.every(SAVE_MS, () => this.#flush())
  }

  note({ id, lastUsedAt = 0 }: Pick<KeyRecord, 'id' | 'lastUsedAt'>): void {
    const now = this.#clock.now()
    if (now - Math.max(lastUsedAt, this.#saved.get(id) ?? 0) >= HOUR_MS) this.#waiting.set(id, now)
  }

  close(): void {
    this.#stop()
    this.#flush()
  }

  #flush(): void {
    let left = MOST_AT_ONCE
    for (const [id, at] of this.#waiting) {
      if (left-- === 0 || !this.#write(id, at)) return
      this.#waiting.delete(id)
      this.#saved.set(id, at)
    }
  }

  #write(id: string, at: number): boolean {
    try {
      return this.#save(id, at)
    } catch (error) {
      // A full disk, say: prices go on, and whoever changes keys is told.
      if (!(error instanceof TickwireError)) throw error
      return false
    }
  }
}
