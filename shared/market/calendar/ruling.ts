import type { Exception } from './schema.ts'

/** What the exceptions of one day mean for one kind of instruments. */
export interface Ruling {
  /** The one that counts: the confirmed one that was published last. */
  readonly counts: Exception | undefined
  /** None is confirmed: these may become true, or not. */
  readonly undecided: readonly Exception[]
}

/** Of exceptions of one date, segment and profile. Those of which later ones are silent or better stay in the file. */
export function rule(exceptions: readonly Exception[]): Ruling {
  const standing = exceptions.filter(one => !isInformation(one) && !isWithdrawn(one, exceptions))
  const confirmed = standing.filter(({ status }) => status === 'confirmed')
  // Of two published on one day, the later row: it was added later.
  const counts = confirmed.reduce<Exception | undefined>(
    (latest, one) => (latest && publishedAt(latest) > publishedAt(one) ? latest : one),
    undefined,
  )
  return { counts, undecided: counts ? [] : standing }
}

/** Whether it says nothing of trading. */
export const isInformation = ({ kind }: Exception): boolean => kind === 'settlement_only'

/** It says so itself, or a later row takes it back. */
export const isWithdrawn = (one: Exception, all: readonly Exception[]): boolean =>
  one.status === 'withdrawn' ||
  all.some(
    ({ status, kind, ...row }) =>
      status === 'withdrawn' &&
      kind === one.kind &&
      row.published_at !== undefined &&
      publishedAt(row) >= publishedAt(one),
  )

const publishedAt = ({ published_at }: Pick<Exception, 'published_at'>): string => published_at ?? ''
