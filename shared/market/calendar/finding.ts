/** One thing that is wrong with a calendar, or will be soon. */
export interface Finding {
  readonly verdict: 'warn' | 'error'
  readonly rule: 'source' | 'weekday' | 'order' | 'names' | 'eras' | 'closed-days' | 'muhurat' | 'us-clock' | 'coverage'
  /** One line for a person. */
  readonly text: string
}

/** Takes an error. */
export type Say = (rule: Finding['rule'], text: string) => void
