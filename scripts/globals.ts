/** Options every command takes. */
export interface Globals {
  readonly config?: string
  readonly dataDir?: string
  readonly format?: 'table' | 'json'
  readonly json?: boolean
  readonly color: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}
