import { INSTRUMENT_WORDS } from '../instrumentwords.ts'
import { partsOf } from '../names.ts'
import type { Price } from '../prices.ts'
import type { Fields } from '../protocol.ts'
import {
  decimalsOf,
  formatAge,
  formatChange,
  formatCompact,
  formatCount,
  formatPercent,
  formatPrice,
  formatTime,
  MISSING,
} from './format.ts'

export const COLUMN_IDS = [
  'ltp',
  'change',
  'percent',
  'bid',
  'ask',
  'volume',
  'oi',
  'open',
  'high',
  'low',
  'close',
  'average',
  'quantity',
  'ltt',
  'age',
  'source',
  'state',
] as const

export type ColumnId = (typeof COLUMN_IDS)[number]

/** One column beside the symbol. */
export interface Column {
  readonly id: ColumnId
  /** Over the column. */
  readonly title: string
  /** In the picker, and for whoever does not know the short one. */
  readonly words: string
  /** Pixels. */
  readonly width: number
  readonly isText?: true
  /** Written anew by the second. */
  readonly isAge?: true
  /** Tinted when it changes. */
  readonly flashes?: true
  /** What it is sorted by; `undefined` stands last, whichever way. */
  readonly value: (price: Price) => number | string | undefined
  readonly text: (price: Price, now: number, decimals: number) => string
  /** Above or below zero, for its colour. */
  readonly tone?: (price: Price) => number | undefined
}

type Amount = (fields: Fields) => number | undefined

/** What the source says, else what follows from the close of the day before. */
export const changeOf: Amount = ({ change, ltp, close }) =>
  change ?? (ltp === undefined || !close ? undefined : ltp - close)

export const percentOf: Amount = fields => {
  if (fields.change_percent !== undefined) return fields.change_percent
  const change = changeOf(fields)
  return change === undefined || !fields.close ? undefined : (change / Math.abs(fields.close)) * 100
}

/** `book`: only where it is of now. */
type Worth = (fields: Fields, book: Fields['depth']) => number | undefined
type Extra = Partial<Pick<Column, 'flashes' | 'width'>>

function priced(id: ColumnId, title: string, words: string, amount: Worth, extra: Extra = {}): Column {
  const value = ({ fields, isBookStale }: Price) => amount(fields, isBookStale ? undefined : fields.depth)
  return {
    id,
    title,
    words,
    width: 74,
    value,
    text: (price, _, decimals) => formatPrice(value(price), decimals),
    ...extra,
  }
}

function counted(id: ColumnId, title: string, words: string, amount: Amount, format = formatCompact): Column {
  const value = ({ fields }: Price) => amount(fields)
  return { id, title, words, width: 60, value, text: price => format(value(price)) }
}

const change = ({ fields }: Price) => changeOf(fields)
const percent = ({ fields }: Price) => percentOf(fields)

const ALL: readonly Column[] = [
  priced('ltp', 'LTP', 'Last traded price', ({ ltp }) => ltp, { flashes: true, width: 86 }),
  {
    id: 'change',
    title: 'Chg',
    words: 'Change since the close of the day before',
    width: 68,
    value: change,
    text: (price, _, decimals) => formatChange(change(price), decimals),
    tone: change,
  },
  {
    id: 'percent',
    title: 'Chg %',
    words: 'Change since the close of the day before, percent',
    width: 62,
    value: percent,
    text: price => formatPercent(percent(price)),
    tone: percent,
  },
  priced('bid', 'Bid', 'Best bid', ({ bid_price }, book) => bid_price ?? book?.buy[0]?.price, { flashes: true }),
  priced('ask', 'Ask', 'Best offer', ({ ask_price }, book) => ask_price ?? book?.sell[0]?.price, { flashes: true }),
  counted('volume', 'Volume', 'Volume of the day', ({ volume }) => volume),
  counted('oi', 'OI', 'Open interest', ({ oi }) => oi),
  priced('open', 'Open', 'Open of the day', ({ open }) => open),
  priced('high', 'High', 'High of the day', ({ high }) => high),
  priced('low', 'Low', 'Low of the day', ({ low }) => low),
  priced('close', 'Prev', 'Close of the day before', ({ close }) => close),
  priced('average', 'Avg', 'Average price of the day', ({ avg_trade_price }) => avg_trade_price),
  counted('quantity', 'LTQ', 'Last traded quantity', fields => fields.last_trade_quantity, formatCount),
  {
    id: 'ltt',
    title: 'LTT',
    words: 'Last trade, IST',
    width: 78,
    value: ({ fields }) => fields.ltt,
    text: ({ fields }, now) => formatTime(fields.ltt, now),
  },
  {
    id: 'age',
    title: 'Age',
    words: 'Age of the last tick',
    width: 52,
    isAge: true,
    // The youngest first where large numbers come first.
    value: ({ tickAt }) => tickAt,
    text: ({ tickAt }, now) => formatAge(tickAt === undefined ? undefined : now - tickAt),
  },
  {
    id: 'source',
    title: 'Source',
    words: 'Broker it comes from',
    width: 72,
    isText: true,
    value: ({ broker }) => broker,
    text: ({ broker }) => broker ?? MISSING,
  },
  {
    id: 'state',
    title: 'State',
    words: 'How the instrument stands',
    width: 74,
    isText: true,
    value: price => wordOf(price),
    text: price => wordOf(price) ?? MISSING,
  },
]

export const COLUMNS: ReadonlyMap<ColumnId, Column> = new Map(ALL.map(column => [column.id, column]))
export const FIRST_COLUMNS: readonly ColumnId[] = [
  'ltp',
  'change',
  'percent',
  'bid',
  'ask',
  'volume',
  'oi',
  'age',
  'state',
]

/** What a kept choice says of columns, without those that are none. */
export function readColumns(value: unknown): readonly ColumnId[] | undefined {
  if (!Array.isArray(value)) return undefined
  const ids = COLUMN_IDS.filter(id => value.includes(id)).sort((a, b) => value.indexOf(a) - value.indexOf(b))
  return ids.length > 0 ? ids : undefined
}

export const CHANGES = ['both', 'absolute', 'percent'] as const
export type ChangeForm = (typeof CHANGES)[number]

/** The columns that stand there: those chosen in their order, the change in the form chosen; three where it is narrow. */
export function shownColumns(chosen: readonly ColumnId[], form: ChangeForm, isNarrow: boolean): readonly Column[] {
  const hidden = form === 'absolute' ? 'percent' : form === 'percent' || isNarrow ? 'change' : undefined
  const ids = isNarrow ? (['ltp', 'change', 'percent'] as const) : chosen
  // Who chose one form only and switches to the other sees that in its place.
  const wanted = hidden === 'change' ? 'percent' : 'change'
  const swapped = ids.map(id => (id === hidden && !ids.includes(wanted) ? wanted : id))
  return swapped.flatMap(id => (id === hidden ? [] : (COLUMNS.get(id) ?? [])))
}

const LABELS = { live: 'Live', delayed: 'Delayed', simulated: 'Simulated', replay: 'Replay', polled: 'Polled' } as const

/** The word of its state; of what is live the kind of price it is. */
export function wordOf({ state, label }: Price): string | undefined {
  if (state === undefined) return undefined
  return state === 'live' && label ? LABELS[label] : INSTRUMENT_WORDS[state]
}

/** Not to be traded on: shown, dimmed, with its age. */
export const isDoubtful = ({ isStale, state }: Price): boolean =>
  isStale || state === 'suspect' || state === 'down' || state === 'refused'

/** Beside the symbol, whichever columns there are; nothing while all is well. */
export function noteOf(price: Price, now: number): string {
  const word =
    price.state === 'refused' ? 'Refused' : price.state === 'down' ? 'Down' : isDoubtful(price) ? 'Stale' : ''
  if (!word || price.state === 'refused' || price.tickAt === undefined) return word
  return `${word} ${formatAge(now - price.tickAt)}`
}

export const decimalsFor = (name: string): number => decimalsOf(partsOf(name).exchange)
