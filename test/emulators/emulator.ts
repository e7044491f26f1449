import type { Market } from './kit/market.ts'

/** A broker's emulator as `npm run emulate` runs it: the default export of `<folder>/manifest.ts`. */
export interface EmulatorManifest {
  /** The adapter it is for. */
  readonly broker: string
  readonly title: string
  /** What it can be told over HTTP, by name. */
  readonly orders: Readonly<Record<string, { readonly about: string; readonly example?: string }>>
  start(options: EmulatorOptions): Promise<RunningEmulator>
}

export interface EmulatorOptions {
  /** 0 for a free one. */
  readonly port: number
  /** Rows of the instrument list. */
  readonly rows?: number
  /** Milliseconds between two turns of the market. */
  readonly tickMs?: number
  /** Ticks a second of all that is subscribed, evenly, instead of turns. */
  readonly rate?: number
  readonly seed?: number
  /** How its invented instruments begin, so that several emulators have some that only they have. */
  readonly own?: string
}

export interface RunningEmulator {
  /** `http://127.0.0.1:9400`: where it takes orders. */
  readonly origin: string
  /** How many its list has. */
  readonly instruments: number
  /** What its instruments are worth, for who has it in the same process. */
  readonly market: Market
  /** What a feed needs to find it, as in `tickwire.toml`: every address the adapter has a setting for. */
  readonly settings: Readonly<Record<string, string>>
  /** What the account's owner types, by the names of the adapter's credentials. */
  readonly credentials: Readonly<Record<string, string>>
  /** What a person brings back from a login that went well (an address, a code); nothing where nothing is asked. */
  answer(): string | undefined
  close(): Promise<void>
}
