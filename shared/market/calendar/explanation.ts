import { exceptionsOf } from './day.ts'
import { isInformation, isWithdrawn, rule } from './ruling.ts'
import type { CalendarData, Exception, Source } from './schema.ts'

/** One row of the calendar, and what became of it. */
export interface Explanation {
  readonly exception: Exception
  /**
   * `counts`; `superseded` by a later or a confirmed one; `undecided`: none is confirmed, so that the hours are not known;
   * `withdrawn`; `information`: it says nothing of trading.
   */
  readonly effect: 'counts' | 'superseded' | 'undecided' | 'withdrawn' | 'information'
  readonly source: Source | undefined
}

/** Of all rows of a date. A row may count for some of its segments only: then it counts. */
export function explainDate(data: CalendarData, rows: readonly Exception[]): Explanation[] {
  const rulings = Object.entries(data.segments).flatMap(([exchange, segment]) =>
    (segment?.profiles ?? []).map(({ name }) => rule(exceptionsOf(rows, exchange as Exception['segments'][0], name))),
  )
  return rows.map(exception => ({
    exception,
    effect: effectOf(exception),
    source: data.sources[exception.source],
  }))

  function effectOf(row: Exception): Explanation['effect'] {
    if (isInformation(row)) return 'information'
    if (rulings.some(({ counts }) => counts === row)) return 'counts'
    if (rulings.some(({ undecided }) => undecided.includes(row))) return 'undecided'
    return isWithdrawn(row, rows) ? 'withdrawn' : 'superseded'
  }
}
