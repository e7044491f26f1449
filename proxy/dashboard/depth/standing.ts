import { INSTRUMENT_WORDS } from '../instrumentwords.ts'
import type { dataLink } from '../pill.ts'
import type { Price } from '../prices.ts'

export interface Standing {
  readonly word: string
  readonly why: string
  /** What is shown is not of now. */
  readonly isDim: boolean
}

/** What is said of a price: the connection first, without which nothing else is known. */
export function standingOf(
  price: Pick<Price, 'state' | 'reason' | 'isStale' | 'fields'> & Partial<Pick<Price, 'label'>>,
  link: ReturnType<typeof dataLink>,
): Standing {
  const { state, reason = '', isStale, fields, label } = price
  if (link === 'lost') return { word: 'Cut off', why: 'the page has no connection to the server', isDim: true }
  if (state === 'down' || state === 'suspect' || state === 'refused')
    return { word: INSTRUMENT_WORDS[state], why: reason, isDim: true }
  if (isStale) return { word: 'Old', why: 'the last known value, not of now', isDim: true }
  if (link === 'polling') return { word: 'Snapshots', why: 'asked for now and then', isDim: false }
  if (state === undefined) return { word: fields.ltp === undefined ? 'Waiting' : '', why: '', isDim: false }
  const isLabelled = label !== undefined && label !== 'live' && (state === 'live' || state === 'quiet')
  return {
    word: isLabelled ? `${INSTRUMENT_WORDS[state]}, ${label}` : INSTRUMENT_WORDS[state],
    why: state === 'quiet' ? reason : '',
    isDim: false,
  }
}
