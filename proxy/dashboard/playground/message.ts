import type { Mode } from '../protocol.ts'

/** What is filled in to build a message; texts as they were typed. */
export interface Form {
  /** `NSE:RELIANCE, NFO:NIFTY24NOV26FUT`. */
  readonly symbols: string
  readonly mode: Mode
  readonly depth: number
  readonly policy: '' | 'every' | 'latest'
  readonly intervalMs: string
  /** Names with commas between; none: all. */
  readonly fields: string
  readonly features: readonly string[]
}

export const EMPTY: Form = {
  symbols: '',
  mode: 'Quote',
  depth: 5,
  policy: '',
  intervalMs: '',
  fields: '',
  features: ['state'],
}

/** All that the protocol knows (proxy/EXTENDED.md). */
export const ALL_FEATURES = [
  'seq',
  'count',
  'gap',
  'slow',
  'batch',
  'resume',
  'state',
  'source',
  'shutdown',
  'recent',
  'stamps',
] as const

export type Built =
  | { readonly message: Readonly<Record<string, unknown>>; readonly problem?: undefined }
  | { readonly message?: undefined; readonly problem: string }

/** The message of a form, or what is wrong with it. */
export function build(action: 'subscribe' | 'unsubscribe', form: Form): Built {
  const names = split(form.symbols)
  if (names.length === 0) return { problem: 'Name an instrument: EXCHANGE:SYMBOL, several with commas between' }
  const symbols: object[] = []
  for (const name of names) {
    const colon = name.indexOf(':')
    const [exchange, symbol] = [name.slice(0, Math.max(0, colon)).toUpperCase(), name.slice(colon + 1)]
    if (!exchange || !symbol) return { problem: `${name} is not EXCHANGE:SYMBOL` }
    symbols.push({ symbol, exchange })
  }
  const { mode, depth, policy } = form
  if (action === 'unsubscribe') return { message: { action, symbols, mode } }
  const intervalMs = form.intervalMs.trim() === '' ? undefined : Number(form.intervalMs)
  if (intervalMs !== undefined && !(Number.isInteger(intervalMs) && intervalMs >= 1 && intervalMs <= 60_000))
    return { problem: 'The interval is 1 to 60000 whole milliseconds' }
  if (intervalMs !== undefined && policy === 'every')
    return { problem: 'An interval and the policy every contradict each other' }
  const fields = split(form.fields)
  return {
    message: {
      action,
      symbols,
      mode,
      ...(mode === 'Depth' && { depth }),
      ...(policy && { policy }),
      ...(intervalMs !== undefined && { interval_ms: intervalMs }),
      ...(fields.length > 0 && { fields }),
    },
  }
}

const split = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)

/** What is wrong with a text that is to be sent as it is; the server takes one object. */
export function problemOf(text: string): string | undefined {
  if (text.trim() === '') return 'Nothing to send'
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'A message is one JSON object'
    if ('api_key' in value || 'apikey' in value)
      return 'This connection is let in already; a key does not belong into a page'
    return undefined
  } catch (error) {
    return error instanceof SyntaxError ? error.message : 'not JSON'
  }
}
