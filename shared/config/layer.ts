/** One source of settings, already cut into single values. Later layers win. */
export interface Layer {
  /** Spelling (`proxy.port`) to what was said, and where it was said. */
  readonly values: ReadonlyMap<string, Said>
  readonly problems: readonly string[]
  /** Values that this layer said twice: spelling to the one that does not count. */
  readonly outdone?: ReadonlyMap<string, Said>
}

export interface Said {
  readonly value: unknown
  /** A file, an environment variable or an option: what a person has to change. */
  readonly origin: string
  /** Folder that relative paths count from. */
  readonly base: string
}
