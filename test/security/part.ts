/** One figure that was promised, and what was measured. */
export interface Figure {
  readonly what: string
  readonly measured: string
  readonly limit: string
  readonly isKept: boolean
}

/** A part of `npm run security`: attacks something and says how it stood. */
export interface Part {
  readonly name: string
  /** One line for a person. */
  readonly about: string
  /** `isShort`: a smaller run, whose figures are not for the file. */
  run(options: {
    readonly seed: number
    readonly isShort: boolean
    readonly say: (words: string) => void
  }): Promise<readonly Figure[]>
}
