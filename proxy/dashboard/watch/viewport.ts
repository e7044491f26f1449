/** Which rows of a long list have to stand there. `last` is not among them. */
export interface Extent {
  readonly first: number
  readonly last: number
}

export interface View {
  readonly top: number
  readonly height: number
  readonly rowHeight: number
  readonly count: number
  /** Rows above and below what is seen. */
  readonly margin: number
}

export function extentOf({ top, height, rowHeight, count, margin }: View): Extent {
  // A list that got shorter may still be scrolled further than it is long.
  const highest = Math.max(0, count * rowHeight - height)
  const from = Math.min(Math.max(0, top), highest)
  const first = Math.max(0, Math.floor(from / rowHeight) - margin)
  const last = Math.min(count, Math.ceil((from + height) / rowHeight) + margin)
  return { first, last: Math.max(first, last) }
}

/** How many row elements every place of the list can be shown with; whoever stays in view keeps his. */
export const poolSize = ({ height, rowHeight, margin }: Omit<View, 'top' | 'count'>): number =>
  Math.ceil(height / rowHeight) + 1 + 2 * margin

/** Where to scroll so that a row is seen whole; `undefined`: it is. */
export function scrollTo(
  index: number,
  { top, height, rowHeight }: Omit<View, 'count' | 'margin'>,
): number | undefined {
  const from = index * rowHeight
  if (from < top) return from
  if (from + rowHeight > top + height) return from + rowHeight - height
  return undefined
}

/** The place between rows that a pointer is at: 0 is before the first. */
export const gapAt = (y: number, rowHeight: number, count: number): number =>
  Math.min(count, Math.max(0, Math.round(y / rowHeight)))

/** A list that did not move for so long stands still. */
const STILL_MS = 150
/** Longer than a row is there while the list is thrown. */
const STAY_MS = 300

/**
 * Whether what stands in a row is asked for: who only flies by costs the server a subscription and the page its ticks,
 * which nobody reads. Monotonic times: since when it stands there, and when the list last moved.
 */
export const isWorthAsking = (shownAt: number, movedAt: number, now: number): boolean =>
  now - movedAt >= STILL_MS || now - shownAt >= STAY_MS
