import { type Command, InvalidArgumentError } from 'commander'
import { didYouMean } from '../shared/config/spelling.ts'
import { blockSchema, GRANTED_MODES, type Grant, patternSchema, type Quota } from '../shared/grant.ts'
import { EXCHANGES } from '../shared/market/exchange.ts'
import { parseCount, parseDuration } from './value.ts'

/** Lifts a bound that a key has. */
const ANY = 'any'

type Wish<T> = T | typeof ANY

/** What the options of a command say of the bounds of a key. */
export interface BoundOptions {
  readonly exchanges?: Wish<NonNullable<Grant['exchanges']>>
  readonly modes?: Wish<NonNullable<Grant['modes']>>
  readonly symbols?: Wish<NonNullable<Grant['symbols']>>
  readonly from?: Wish<NonNullable<Grant['addresses']>>
  readonly connections?: Wish<number>
  readonly subscriptions?: Wish<number>
  readonly messages?: Wish<number>
}

/** The options that bound a key. */
export const bounded = (command: Command): Command =>
  command
    .option('--exchanges <list>', `it reads these only, such as NSE,NFO; ${ANY}: all`, parseExchanges)
    .option('--modes <list>', `it reads these only, of ltp,quote,depth; ${ANY}: all`, parseModes)
    .option('--symbols <patterns>', `it reads these only, such as 'NIFTY*,RELIANCE'; ${ANY}: all`, parsePatterns)
    .option(
      '--from <blocks>',
      `it comes from these addresses only, such as 10.0.0.0/8,2001:db8::1; ${ANY}: all`,
      parseBlocks,
    )
    .option('--connections <n>', 'it has so many at a time, at most', parseQuota)
    .option('--subscriptions <n>', 'it has so many on all its connections, at most', parseQuota)
    .option('--messages <n>', 'it says so many a second, at most', parseQuota)

/** What bounds a key afterwards; what is not named stays. */
export function boundBy({ exchanges, modes, symbols, from, ...counts }: BoundOptions): (now: Grant) => Grant {
  const { connections, subscriptions, messages } = counts
  return now =>
    without({
      exchanges: exchanges ?? now.exchanges,
      modes: modes ?? now.modes,
      symbols: symbols ?? now.symbols,
      addresses: from ?? now.addresses,
      quota: quotaOf({
        connections: connections ?? now.quota?.connections,
        subscriptions: subscriptions ?? now.quota?.subscriptions,
        messagesPerSecond: messages ?? now.quota?.messagesPerSecond,
      }),
    })
}

/** Whether any of them is named. */
export const namesBound = ({ exchanges, modes, symbols, from, connections, subscriptions, messages }: BoundOptions) =>
  [exchanges, modes, symbols, from, connections, subscriptions, messages].some(one => one !== undefined)

/** In words, one for each bound. */
export function boundWords({ exchanges, modes, symbols, addresses, quota = {} }: Grant = {}): readonly string[] {
  const { connections, subscriptions, messagesPerSecond } = quota
  return [
    ...(exchanges ? [`of ${exchanges.join(', ')}`] : []),
    ...(modes ? [`in ${modes.map(mode => mode.toLowerCase()).join(', ')}`] : []),
    ...(symbols ? [`of ${symbols.join(', ')}`] : []),
    ...(addresses ? [`from ${addresses.join(', ')}`] : []),
    ...(connections === undefined ? [] : [`connections: ${connections}`]),
    ...(subscriptions === undefined ? [] : [`subscriptions: ${subscriptions}`]),
    ...(messagesPerSecond === undefined ? [] : [`messages a second: ${messagesPerSecond}`]),
  ]
}

type Open<T> = { readonly [Name in keyof T]?: T[Name] | typeof ANY | undefined }

const quotaOf = (wish: Open<Quota>): Quota | undefined => {
  const quota = without<Quota>(wish)
  return Object.keys(quota).length > 0 ? quota : undefined
}

const without = <T extends object>(wish: Open<T>): T =>
  Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined && value !== ANY)) as T

function parseExchanges(text: string): BoundOptions['exchanges'] {
  return listOf(text, name => oneOf(name.toUpperCase(), EXCHANGES, 'exchange'))
}

function parseModes(text: string): BoundOptions['modes'] {
  return listOf(text, name => oneOf(name.toUpperCase(), GRANTED_MODES, 'mode'))
}

const parsePatterns = (text: string): BoundOptions['symbols'] =>
  listOf(text, pattern => {
    if (patternSchema.safeParse(pattern).success) return pattern
    throw new InvalidArgumentError('A pattern is 1 to 64 printable ASCII characters; * is any text, ? any character.')
  })

const parseBlocks = (text: string): BoundOptions['from'] =>
  listOf(text, block => {
    if (blockSchema.safeParse(block).success) return block
    throw new InvalidArgumentError(`${block} is neither an IP address nor a block such as 10.0.0.0/8.`)
  })

const parseQuota = (text: string): Wish<number> => (text === ANY ? ANY : parseCount(text))

/** `30d`, or `never`. */
export const parseExpiry = (text: string): number | 'never' => (text === 'never' ? text : parseDuration(text))

/** `10m`, or `0`: at once. */
export const parseOverlap = (text: string): number => (text === '0' ? 0 : parseDuration(text))

function listOf<T>(text: string, read: (one: string) => T): Wish<readonly T[]> {
  if (text === ANY) return ANY
  return [...new Set(text.split(',').map(one => read(one.trim())))]
}

function oneOf<T extends string>(name: string, known: readonly T[], what: string): T {
  const found = known.find(one => one === name)
  if (found !== undefined) return found
  throw new InvalidArgumentError(`${name || 'Nothing'} is no ${what}${didYouMean(name, known)}: ${known.join(', ')}.`)
}
