import type { InstrumentState } from './protocol.ts'

/** How an instrument stands, in words that need no colour. */
export const INSTRUMENT_WORDS: Readonly<Record<InstrumentState, string>> = {
  accepted: 'Waiting',
  confirmed: 'Waiting',
  live: 'Live',
  quiet: 'Quiet',
  suspect: 'Stalled',
  down: 'Down',
  refused: 'Refused',
}
