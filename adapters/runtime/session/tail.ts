/** The first class of silences ends at twice this, each further one at twice the one before. */
const LEAST_MS = 125
const CLASSES = 17
/** From so many silences of a length and longer on, it is known how much rarer still longer ones are. */
const FEW = 8
/** So many ticks without a silence to speak of are no burst. */
const MANY = 200
/** As if so many silences had been longer: what was seen for a minute is no law yet. */
const PRIOR = 3
/** What was seen before so long counts half. */
const FADE_MS = 1_800_000

/**
 * How long the silences of something are, in classes that double: some things tick evenly, and twice the longest silence
 * is odd; others in bursts with pauses of every length, and nothing is odd. A silence costs a few nanoseconds.
 */
export class Tail {
  readonly #counts = new Float64Array(CLASSES)
  /** Shorter than the first class. */
  #short = 0
  #fadedAt = Number.NEGATIVE_INFINITY

  /** Monotonic milliseconds. */
  note(gapMs: number, now: number): void {
    if (gapMs < LEAST_MS) {
      this.#short++
      return
    }
    if (now - this.#fadedAt > FADE_MS) this.#fade(now)
    const nth = Math.min(31 - Math.clz32(gapMs / LEAST_MS), CLASSES - 1)
    this.#counts[nth] = (this.#counts[nth] ?? 0) + 1
  }

  forget(): void {
    this.#counts.fill(0)
    this.#short = 0
    this.#fadedAt = Number.NEGATIVE_INFINITY
  }

  /**
   * What silence, milliseconds, comes once in `rarity` times as long as was looked; infinite while too little is known. The
   * longest silences seen are drawn out by their own law: each doubling is rarer by the same factor (Hill's estimate).
   */
  rarest(rarity: number): number {
    // Silences of this class or longer, and those of each longer class or longer, counted together.
    let [least, beyond] = [0, 0]
    for (const [nth, count] of this.#counts.entries()) {
      least += count
      beyond += nth * count
    }
    const looked = this.#short + least
    let share = (least + 1 + PRIOR) / (looked + 1 + PRIOR)
    // What was looked at for long and hardly ever paused says enough by that.
    let rarest =
      this.#short < MANY
        ? Number.POSITIVE_INFINITY
        : LEAST_MS * 2 ** (-Math.log2(rarity * this.#short) / Math.log2(share))
    for (const [nth, count] of this.#counts.entries()) {
      if (least < FEW) break
      // The law may bend: what shorter silences say of it counts like a few longer ones.
      share = (beyond + 1 + PRIOR * share) / (least + beyond + 1 + PRIOR)
      rarest = LEAST_MS * 2 ** (nth - Math.log2(rarity * least) / Math.log2(share))
      least -= count
      beyond -= least
    }
    return rarest
  }

  #fade(now: number): void {
    if (this.#fadedAt > 0) {
      this.#short /= 2
      for (let nth = 0; nth < CLASSES; nth++) this.#counts[nth] = (this.#counts[nth] ?? 0) / 2
    }
    this.#fadedAt = now
  }
}
