import type { Sink } from '../../../proxy/websocket.ts'

/** A socket whose kernel takes what it is given until it is told to stop. */
export class Kernel {
  /** What was handed over, write by write. */
  readonly writes: string[] = []
  writableLength = 0
  #taking = true
  #taken: ((error?: Error) => void)[] = []

  /** Only these two of a socket are used, `write` in two forms. */
  get sink(): Sink {
    return this as unknown as Sink
  }

  write = (bytes: Uint8Array, taken?: (error?: Error) => void): boolean => {
    if (bytes.length > 0) this.writes.push(Buffer.from(bytes).toString('latin1'))
    if (!this.#taking) this.writableLength += bytes.length
    if (taken && this.#taking) taken()
    else if (taken) this.#taken.push(taken)
    return this.#taking
  }

  /** From now on a write stays where it is. */
  stop(): void {
    this.#taking = false
  }

  /** Takes what it has; what comes then stays again. */
  take(error?: Error): void {
    this.writableLength = 0
    for (const taken of this.#taken.splice(0)) taken(error)
  }

  /** Takes everything there is and will be. */
  drain(): void {
    this.#taking = true
    this.take()
  }
}
