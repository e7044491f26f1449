/** Where a client was in a topic when it left: the last frame it has. */
export interface Place {
  /** Milliseconds since 1970, as the frames said it. */
  readonly epoch: number
  readonly seq: number
}

/** How far a client was told of the source it had, and which that was; who comes back does not say it. */
export interface Left extends Place {
  readonly topic: string | undefined
}

/** Reads `resume`: a place, a text that says what is wrong with it, or `undefined` when there is none. */
export function readPlace(value: unknown): Place | string | undefined {
  if (value === undefined || value === null) return undefined
  const { epoch, seq } = (typeof value === 'object' ? value : {}) as { epoch?: unknown; seq?: unknown }
  if (isPosition(epoch) && isPosition(seq)) return { epoch, seq }
  return 'Invalid resume: give {"epoch":…,"seq":…} of the last frame you have, both whole numbers, or leave it out'
}

const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
