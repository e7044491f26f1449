import { compileGlob } from './glob.ts'
import type { Grant } from './grant.ts'
import { clientMode, type Mode, type TopicMode } from './market/mode.ts'
import { insideOf } from './network.ts'

/** What bounds one key, made ready once to be asked thousands of times. What is not bound is allowed. */
export class Bounds {
  /** Changes when it permits, or reads, something else. */
  readonly grant: string
  /** Absent: all of them. */
  readonly modes: readonly Mode[] | undefined
  readonly #exchanges: ReadonlySet<string> | undefined
  /** Patterns that are one symbol. */
  readonly #symbols: ReadonlySet<string> | undefined
  readonly #globs: readonly ((symbol: string) => boolean)[]
  readonly #admits: ((address: string) => boolean) | undefined

  constructor({ exchanges, modes, symbols, addresses }: Grant) {
    const hasPlaces = (pattern: string) => /[*?]/.test(pattern)
    this.grant = JSON.stringify([exchanges, modes, symbols])
    this.modes = modes
    this.#exchanges = exchanges && new Set(exchanges)
    this.#symbols = symbols && new Set(symbols.filter(one => !hasPlaces(one)))
    this.#globs = (symbols ?? []).filter(hasPlaces).map(compileGlob)
    this.#admits = addresses && insideOf(addresses)
  }

  /** Whether it leaves out no instrument. */
  get isWide(): boolean {
    return this.#exchanges === undefined && this.#symbols === undefined
  }

  /** `symbol`: the common one. */
  permits(exchange: string, symbol: string): boolean {
    if (this.#exchanges && !this.#exchanges.has(exchange)) return false
    return !this.#symbols || this.#symbols.has(symbol) || this.#globs.some(fits => fits(symbol))
  }

  reads(mode: TopicMode): boolean {
    return this.modes?.includes(clientMode(mode)) ?? true
  }

  admits(address = ''): boolean {
    return this.#admits?.(address) ?? true
  }
}
