/** So many repeated wishes tell what the broker does with them. */
const ENOUGH = 3
/** Of what ticks in bursts some tick just then. */
const PLENTY = 5
/** So many answered for one that was not. */
const MOSTLY = 4
/** What it did long ago counts less and less. */
const MOST = 20

/** Whether a broker says the present value of what is asked for once more: some do so only for the first wish. */
export class Manners {
  #answered = 0
  #ignored = 0

  /** It answered a repeated wish, or went on with the instrument later as if it had not been asked. */
  note(isAnswer: boolean): void {
    if (this.#answered + this.#ignored >= MOST) {
      this.#answered /= 2
      this.#ignored /= 2
    }
    if (isAnswer) this.#answered++
    else this.#ignored++
  }

  /** Whether enough is known of it. */
  get areKnown(): boolean {
    return this.#answered + this.#ignored >= PLENTY
  }

  /** A repeated wish without an answer is a sign. */
  get answers(): boolean {
    return this.#answered >= ENOUGH && this.#isMostly
  }

  /** Also of a single instrument, of which there are many. */
  get answersSurely(): boolean {
    return this.#answered >= PLENTY && this.#isMostly
  }

  get #isMostly(): boolean {
    return this.#answered >= MOSTLY * this.#ignored
  }
}
