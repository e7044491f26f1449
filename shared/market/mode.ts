/** What a client subscribes to. Wire numbers are fixed by the client protocol: 1, 2, 3. */
export type Mode = 'LTP' | 'QUOTE' | 'DEPTH'

/** Deeper books travel under modes of their own; no mode name begins another (ZeroMQ filters are prefixes). */
export type BookMode = 'BOOK20' | 'BOOK30' | 'BOOK50'

export type TopicMode = Mode | BookMode

/** The deepest first. */
export const BOOK_MODES: readonly BookMode[] = ['BOOK50', 'BOOK30', 'BOOK20']

export const isBookMode = (mode: TopicMode): mode is BookMode => levelsOf(mode) > 5

/** The shallowest first. */
export const TOPIC_MODES: readonly TopicMode[] = ['LTP', 'QUOTE', 'DEPTH', 'BOOK20', 'BOOK30', 'BOOK50']

const topicModes: ReadonlySet<string> = new Set(TOPIC_MODES)

export const isTopicMode = (text: string): text is TopicMode => topicModes.has(text)

/** What clients call it: every book is depth to them. */
export const clientMode = (mode: TopicMode): Mode => (mode === 'LTP' || mode === 'QUOTE' ? mode : 'DEPTH')

/** The integer clients see in `mode`. */
export function modeNumber(mode: TopicMode): 1 | 2 | 3 {
  return mode === 'LTP' ? 1 : mode === 'QUOTE' ? 2 : 3
}

/** How many levels of the book a frame has on each side, at most. */
export function levelsOf(mode: TopicMode): 0 | 5 | 20 | 30 | 50 {
  switch (mode) {
    case 'LTP':
    case 'QUOTE':
      return 0
    case 'DEPTH':
      return 5
    case 'BOOK20':
      return 20
    case 'BOOK30':
      return 30
    case 'BOOK50':
      return 50
    default:
      throw mode satisfies never
  }
}

/** Whether whoever gets `mode` gets everything that belongs to `wanted`, too. */
export const coversMode = (mode: TopicMode, wanted: TopicMode): boolean =>
  TOPIC_MODES.indexOf(mode) >= TOPIC_MODES.indexOf(wanted)
