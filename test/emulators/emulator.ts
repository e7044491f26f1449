/** A broker's emulator as `npm run emulate` runs it: the default export of `<folder>/manifest.ts`. */
export interface EmulatorManifest {
  /** The adapter it is for. */
  readonly broker: string
  readonly title: string
  start(options: EmulatorOptions): Promise<RunningEmulator>
}

interface EmulatorOptions {
  /** 0 for a free one. */
  readonly port: number
  /** Rows of the instrument list. */
  readonly rows?: number
  /** Milliseconds between two turns of the market. */
  readonly tickMs?: number
  readonly seed?: number
}

interface RunningEmulator {
  /** What a person needs to know, ready to print. */
  readonly words: string
  close(): Promise<void>
}
