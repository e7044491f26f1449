import { type Name, partsOf } from '../names.ts'

export interface List {
  readonly id: number
  readonly title: string
  readonly names: readonly Name[]
  /** As somebody new finds it: what this system does not know may go without a word. */
  readonly isFirst?: true
}

export interface Lists {
  readonly lists: readonly List[]
  /** Its id. */
  readonly current: number
}

export const MOST_NAMES = 2500
const MOST_LISTS = 50
const LONGEST_TITLE = 40

const INDICES: readonly Name[] = ['NSE_INDEX:NIFTY', 'NSE_INDEX:BANKNIFTY', 'BSE_INDEX:SENSEX', 'NSE_INDEX:INDIAVIX']
const SHARES =
  'RELIANCE HDFCBANK ICICIBANK TCS INFY SBIN BHARTIARTL ITC LT AXISBANK KOTAKBANK M&M HINDUNILVR BAJFINANCE MARUTI ' +
  'SUNPHARMA NTPC TATASTEEL TITAN WIPRO ADANIENT'
const FIRST_NAMES: readonly Name[] = [...INDICES, ...SHARES.split(' ').map(symbol => `NSE:${symbol}`)]

export const FIRST_LISTS: Lists = { lists: [{ id: 1, title: 'Market', names: FIRST_NAMES, isFirst: true }], current: 1 }

export const currentOf = ({ lists, current }: Lists): List | undefined =>
  lists.find(({ id }) => id === current) ?? lists[0]

/** A new one, empty, in view. */
export function addList(all: Lists, title: string, names: readonly Name[] = []): Lists {
  const id = freeId(all.lists)
  const list = { id, title: cleanTitle(title) || `List ${id}`, names: unique(names).slice(0, MOST_NAMES) }
  return all.lists.length < MOST_LISTS ? { lists: [...all.lists, list], current: id } : all
}

export function renameList(all: Lists, id: number, title: string): Lists {
  const clean = cleanTitle(title)
  return clean ? changeList(all, id, list => ({ ...list, title: clean })) : all
}

/** The one beside it comes into view; the last one stays. */
export function removeList(all: Lists, id: number): Lists {
  const at = all.lists.findIndex(list => list.id === id)
  if (at < 0 || all.lists.length === 1) return all
  const lists = all.lists.toSpliced(at, 1)
  const current = all.current === id ? (lists[Math.min(at, lists.length - 1)]?.id ?? all.current) : all.current
  return { lists, current }
}

/** One that was deleted, in its old place and in view; its id may have been given to another meanwhile. */
export function restoreList({ lists }: Lists, gone: List, at: number): Lists {
  const id = lists.some(list => list.id === gone.id) ? freeId(lists) : gone.id
  return { lists: lists.toSpliced(at, 0, { ...gone, id }), current: id }
}

export function moveList(all: Lists, id: number, by: -1 | 1): Lists {
  const at = all.lists.findIndex(list => list.id === id)
  const list = all.lists[at]
  if (!list || at + by < 0 || at + by >= all.lists.length) return all
  return { ...all, lists: all.lists.toSpliced(at, 1).toSpliced(at + by, 0, list) }
}

/** Replaces the names of one list. Whose names somebody chose is no longer as somebody new finds it. */
export const putNames = (all: Lists, id: number, names: readonly Name[]): Lists =>
  changeList(all, id, list => ({ id: list.id, title: list.title, names: unique(names).slice(0, MOST_NAMES) }))

/** Takes what this system does not know from a list that nobody has changed; never all of it. */
export function dropUnknown(all: Lists, id: number, unknown: ReadonlySet<Name>): Lists {
  return changeList(all, id, list => {
    const names = list.names.filter(name => !unknown.has(name))
    return list.isFirst && names.length > 0 && names.length < list.names.length ? { ...list, names } : list
  })
}

/** `to` is a place between the names as they are: 0 is before the first. */
export function moved(names: readonly Name[], name: Name, to: number): readonly Name[] {
  const from = names.indexOf(name)
  if (from < 0) return names
  const place = Math.min(names.length, Math.max(0, to))
  return names.toSpliced(from, 1).toSpliced(place > from ? place - 1 : place, 0, name)
}

/** What was kept, without what is damaged; `undefined` when nothing is left. */
export function readLists(value: unknown): Lists | undefined {
  const { lists, current } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Lists>
  if (!Array.isArray(lists)) return undefined
  const ids = new Set<number>()
  const all = (lists as readonly unknown[]).flatMap((one): List[] => {
    const { id, title, names, isFirst } = (typeof one === 'object' && one !== null ? one : {}) as Partial<List>
    if (!Number.isSafeInteger(id) || id === undefined || ids.has(id) || !Array.isArray(names)) return []
    ids.add(id)
    const good = (names as readonly unknown[]).filter(isName)
    const list = { id, title: (typeof title === 'string' && cleanTitle(title)) || `List ${id}` }
    return [{ ...list, names: unique(good).slice(0, MOST_NAMES), ...(isFirst === true && { isFirst }) }]
  })
  const whole = all.slice(0, MOST_LISTS)
  const first = whole[0]
  return first && { lists: whole, current: whole.find(({ id }) => id === current)?.id ?? first.id }
}

/** The lists of another tab; which one is in view is each tab's own. */
export const joinLists = (theirs: Lists, { current }: Lists): Lists =>
  theirs.lists.some(({ id }) => id === current) ? { ...theirs, current } : theirs

export function isName(value: unknown): value is Name {
  if (typeof value !== 'string' || value.length > 80 || !value.includes(':')) return false
  const { exchange, symbol } = partsOf(value)
  return /^[A-Z][A-Z_]{1,19}$/.test(exchange) && /^\S(.*\S)?$/.test(symbol)
}

const freeId = (lists: readonly List[]): number => Math.max(0, ...lists.map(({ id }) => id)) + 1
const unique = (names: readonly Name[]): readonly Name[] => [...new Set(names)]
const cleanTitle = (title: string): string => title.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TITLE)

function changeList(all: Lists, id: number, change: (list: List) => List): Lists {
  return { ...all, lists: all.lists.map(list => (list.id === id ? change(list) : list)) }
}
