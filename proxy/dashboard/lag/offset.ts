interface Sounding {
  readonly offsetMs: number
  readonly roundMs: number
}

const KEPT = 8

/** How far the clock of the server is ahead of the browser's, by questions that came back soonest. */
export class Offset {
  readonly #soundings: Sounding[] = []

  /** Times of the browser are when it asked and when it heard; all in milliseconds since 1970. */
  take(askedAt: number, serverAt: number, heardAt: number): void {
    const roundMs = heardAt - askedAt
    if (roundMs < 0) return
    this.#soundings.push({ offsetMs: serverAt - (askedAt + heardAt) / 2, roundMs })
    if (this.#soundings.length > KEPT) this.#soundings.shift()
  }

  /** One of the clocks was set. */
  forget(): void {
    this.#soundings.length = 0
  }

  get best(): Sounding | undefined {
    return this.#soundings.reduce<Sounding | undefined>(
      (best, one) => (best && best.roundMs <= one.roundMs ? best : one),
      undefined,
    )
  }
}
