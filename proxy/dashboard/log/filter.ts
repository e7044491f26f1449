import type { Entry } from '../journal.ts'

export interface Filter {
  readonly level: 'all' | 'warn' | 'bad'
  readonly broker: string
  /** In the text, or in the name of the instrument. */
  readonly text: string
}

const AT_LEAST: Readonly<Record<Filter['level'], readonly Entry['level'][]>> = {
  all: ['good', 'news', 'warn', 'bad'],
  warn: ['warn', 'bad'],
  bad: ['bad'],
}

/** How many are drawn. */
const MOST = 100

/** What is to be seen, the newest first, and how many there are in all. */
export function filtered(
  entries: readonly Entry[],
  { level, broker, text }: Filter,
): { shown: Entry[]; found: number } {
  const levels = AT_LEAST[level]
  const wanted = text.trim().toLowerCase()
  const found = entries.filter(
    entry =>
      levels.includes(entry.level) &&
      (broker === '' || entry.broker === broker) &&
      (wanted === '' || `${entry.name ?? ''} ${entry.text}`.toLowerCase().includes(wanted)),
  )
  return { shown: found.slice(-MOST).reverse(), found: found.length }
}

/** For other programs: one JSON object a line. */
export const asLines = (entries: readonly Entry[]): string =>
  entries
    .map(entry => ({ ...entry, at: new Date(entry.at).toISOString(), tally: undefined }))
    .map(line => `${JSON.stringify(line)}\n`)
    .join('')
