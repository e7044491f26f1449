import type { Cancel, PageClock } from '../clock.ts'
import { formatExpiry } from './format.ts'

/** One instrument as the search of the proxy gives it. */
export interface Found {
  readonly exchange: string
  readonly symbol: string
  readonly name?: string
  readonly kind?: string
  readonly expiry?: string
  readonly strike?: number
  readonly lot?: number
}

export type Findings =
  | { readonly phase: 'idle' }
  | { readonly phase: 'asking'; readonly text: string; readonly found: readonly Found[] }
  | {
      readonly phase: 'found'
      readonly text: string
      readonly found: readonly Found[]
      /** The first one was asked for before it was there. */
      readonly isWished?: true
    }
  | { readonly phase: 'failed'; readonly text: string; readonly why: string }

/** Who types is not answered letter by letter. */
const PAUSE_MS = 120

/** Asks when typing pauses. The answer to what is no longer asked is thrown away, however late it comes. */
export class Finder {
  readonly #clock: Pick<PageClock, 'after'>
  readonly #ask: (text: string) => Promise<readonly Found[]>
  readonly #tell: (findings: Findings) => void
  #planned: Cancel | undefined
  #turn = 0
  #found: readonly Found[] = []
  #isWished = false

  constructor(
    clock: Pick<PageClock, 'after'>,
    ask: (text: string) => Promise<readonly Found[]>,
    tell: (findings: Findings) => void,
  ) {
    this.#clock = clock
    this.#ask = ask
    this.#tell = tell
  }

  type(text: string): void {
    this.#planned?.()
    const turn = ++this.#turn
    this.#isWished = false
    const wish = text.trim()
    if (wish === '') {
      this.#found = []
      this.#tell({ phase: 'idle' })
      return
    }
    this.#tell({ phase: 'asking', text: wish, found: this.#found })
    this.#planned = this.#clock.after(PAUSE_MS, () => void this.#go(turn, wish))
  }

  /** The first result is to be taken, as soon as there is one. */
  wish(): void {
    this.#isWished = true
  }

  close(): void {
    this.#planned?.()
    this.#turn++
  }

  async #go(turn: number, text: string): Promise<void> {
    try {
      const found = await this.#ask(text)
      if (turn !== this.#turn) return
      this.#found = found
      this.#tell({ phase: 'found', text, found, ...(this.#isWished && { isWished: true }) })
    } catch (error) {
      if (turn !== this.#turn) return
      this.#found = []
      this.#tell({ phase: 'failed', text, why: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** What tells one result from its like: `24 Nov 26 · 24,800 CE · lot 75`, or what the company is called. */
export function detailOf({ name, kind, expiry, strike, lot, symbol }: Found): string {
  if (!expiry) return name && name !== symbol ? name : ''
  const option = strike === undefined ? kind : `${strike.toLocaleString('en-IN')} ${kind ?? ''}`.trim()
  const size = lot !== undefined && lot > 1 ? `lot ${lot.toLocaleString('en-IN')}` : undefined
  return [formatExpiry(expiry), option, size].filter(Boolean).join(' · ')
}
