import { type Question, Register, type RegisterLimits, type Registry, type Verdict } from '../proxy/limits/register.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import { type FromWorker, type ToWorker, VERDICT_LIMIT_MS } from './handover.ts'

interface ColleagueParts {
  readonly clock: Clock
  readonly limits: RegisterLimits
  /** To the parent. */
  readonly say: (message: FromWorker) => void
}

interface Asked {
  readonly question: Question
  readonly answer: (verdict: Verdict) => void
  readonly overdue: Cancel
}

/**
 * A worker's way to the counts of all workers. Nobody is kept waiting by a parent that is silent: then the worker's own
 * counts decide, which it keeps beside.
 */
export class Colleague implements Registry {
  readonly #parts: ColleagueParts
  readonly #own: Register
  readonly #asked = new Map<number, Asked>()
  /** Said at the end of this turn: thousands may come in one. */
  #unsaid: Question[] = []
  #number = 0

  constructor(parts: ColleagueParts) {
    this.#parts = parts
    this.#own = new Register(parts.limits, parts.clock)
  }

  ask(question: Question, answer?: (verdict: Verdict) => void): void {
    const { clock } = this.#parts
    const number = this.#number++
    if (answer) {
      const overdue = clock.after(VERDICT_LIMIT_MS, () => {
        this.#asked.delete(number)
        answer(this.#own.answer(0, question))
      })
      this.#asked.set(number, { question, answer, overdue })
    } else if (question.kind !== 'fail') this.#own.answer(0, question)
    if (question.kind === 'leave') this.#forget(question.seat)
    if (this.#unsaid.push(question) === 1) clock.soon(() => this.#sayAll())
  }

  hear({ from, verdicts }: ToWorker & { kind: 'verdicts' }): void {
    for (const [nth, verdict] of verdicts.entries()) {
      const asked = this.#asked.get(from + nth)
      if (!asked) continue
      this.#asked.delete(from + nth)
      asked.overdue()
      // What was granted counts here, too, should the parent fall silent.
      if (!verdict.reached && verdict.arrival?.kind !== 'refused') this.#own.answer(0, asked.question)
      asked.answer(verdict)
    }
  }

  close(): void {
    this.#own.close()
    for (const { overdue } of this.#asked.values()) overdue()
    this.#asked.clear()
  }

  /** Its client has gone: nobody waits for what is answered to it. */
  #forget(seat: number): void {
    for (const [number, { question, overdue }] of this.#asked) {
      if (!('seat' in question) || question.seat !== seat) continue
      overdue()
      this.#asked.delete(number)
    }
  }

  #sayAll(): void {
    const questions = this.#unsaid
    this.#unsaid = []
    this.#parts.say({ kind: 'questions', from: this.#number - questions.length, questions })
  }
}
