import { effect, signal, untracked } from '@preact/signals'
import type { Cancel, PageClock } from './clock.ts'
import { type Sessions, troubleOf } from './session.ts'

interface Parts {
  readonly clock: Pick<PageClock, 'after' | 'now'>
  readonly sessions: Pick<Sessions, 'current' | 'call'>
  readonly isShown: { readonly value: boolean }
}

/** What the server knows and does not push: asked for again and again, by whoever shows it, while somebody can see it. */
export class Facts<T> {
  readonly value = signal<T | undefined>(undefined)
  /** When it was answered, milliseconds since 1970. */
  readonly at = signal<number | undefined>(undefined)
  /** Why it was not, the last time. */
  readonly trouble = signal<string | undefined>(undefined)
  readonly #parts: Parts
  readonly #path: string
  /** How often each of those who show it wants it. */
  readonly #paces = new Map<symbol, number>()
  readonly #paceMs = signal<number | undefined>(undefined)
  #planned: Cancel | undefined
  #isAsking = false

  constructor(parts: Parts, path: string) {
    this.#parts = parts
    this.#path = path
    effect(() => {
      const isWanted = parts.isShown.value && parts.sessions.current.value && this.#paceMs.value !== undefined
      this.#planned?.()
      if (!parts.sessions.current.value) this.#forget()
      if (isWanted) untracked(() => void this.#ask())
    })
  }

  /** Until the returned function is called it is asked for this often. */
  watch(everyMs: number): Cancel {
    const mark = Symbol(this.#path)
    this.#paces.set(mark, everyMs)
    this.#settle()
    return () => {
      this.#paces.delete(mark)
      this.#settle()
    }
  }

  #forget(): void {
    this.value.value = undefined
    this.at.value = undefined
    this.trouble.value = undefined
  }

  #settle(): void {
    this.#paceMs.value = this.#paces.size > 0 ? Math.min(...this.#paces.values()) : undefined
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return
    const { clock, sessions, isShown } = this.#parts
    this.#isAsking = true
    const session = sessions.current.peek()
    // What was asked for one person is not shown to the next.
    const isHis = () => sessions.current.peek() === session
    try {
      const value = await sessions.call<T>(this.#path)
      if (isHis()) {
        this.value.value = value
        this.at.value = clock.now()
        this.trouble.value = undefined
      }
    } catch (error) {
      if (isHis()) this.trouble.value = troubleOf(error)
    }
    this.#isAsking = false
    const paceMs = this.#paceMs.peek()
    this.#planned?.()
    if (paceMs !== undefined && isShown.value && sessions.current.peek())
      this.#planned = clock.after(isHis() ? paceMs : 0, () => void this.#ask())
  }
}
