import type { FeedStatus } from '../shared/control.ts'
import type { StateReport } from '../shared/states.ts'
import { isSame, type Standing, standingIn } from './standing.ts'

/** Before it has spoken. */
const NEVER = -1

/** What one feed has said of its instruments, and whether all of it was heard. */
export class Ledger {
  /** How all of them stand, because the feed does; `undefined` when each has a state of its own. */
  ofAll: Standing | undefined
  /** By `EXCHANGE:SYMBOL`. */
  readonly #instruments = new Map<string, Standing>()
  /** Of the publisher. */
  #epoch = NEVER
  /** The newest change that was heard. */
  #revision = 0
  #isWhole = true
  /** What the publisher before said something of, until that is told. */
  #void: readonly string[] = []

  /** Whether nothing was missed, as far as is known. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** Names of all instruments it was told of. */
  get names(): Iterable<string> {
    return this.#instruments.keys()
  }

  get(name: string): Standing | undefined {
    return this.#instruments.get(name)
  }

  /** What another publisher has made void since the last question: it has to speak of these anew. */
  voided(): readonly string[] {
    const names = this.#void
    this.#void = []
    return names
  }

  /** The feed says how many changes there were; nothing, when it reports none. */
  expect({ epoch, states }: Pick<FeedStatus, 'epoch' | 'states'>): void {
    if (states === undefined) return
    if (this.#epoch !== epoch) this.#begin(epoch)
    if (states > this.#revision) this.#isWhole = false
  }

  /**
   * Writes a report down: the names of what stands otherwise than before; `undefined` for one of an older publisher, or
   * one that was known.
   */
  take(report: StateReport): string[] | undefined {
    const { epoch, revision, whole } = report
    if (epoch > this.#epoch) this.#begin(epoch)
    const isKnown = whole ? revision < this.#revision : revision <= this.#revision
    if (epoch < this.#epoch || isKnown) return undefined
    if (whole) this.#isWhole = true
    else if (revision > this.#revision + 1) this.#isWhole = false
    this.#revision = revision
    const changed = this.#write(report)
    return [...changed, ...this.voided().filter(name => !changed.includes(name))]
  }

  /** Another publisher: what the one before it said is void. */
  #begin(epoch: number): void {
    this.#epoch = epoch
    this.#revision = 0
    this.#isWhole = true
    this.#void = [...this.#void, ...this.names]
    this.#instruments.clear()
  }

  #write({ groups, gone, whole }: StateReport): string[] {
    const changed: string[] = []
    const named = new Set<string>()
    for (const group of groups)
      for (const one of group.instruments) {
        const standing = standingIn(group, one)
        if (!isSame(this.#instruments.get(one.name), standing)) changed.push(one.name)
        this.#instruments.set(one.name, standing)
        named.add(one.name)
      }
    const over = whole ? [...this.names].filter(name => !named.has(name)) : gone
    for (const name of over) if (this.#instruments.delete(name)) changed.push(name)
    return changed
  }
}
