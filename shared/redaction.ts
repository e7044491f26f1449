import { Needles, SHORTEST_NEEDLE } from './needles.ts'
import { formsOf, formsOfBytes } from './trace.ts'

export const MASK = '[redacted]'

/** `passing`: there will be another one tomorrow. */
export type Kept = 'lasting' | 'passing'

/**
 * So many are remembered of each kind; then the oldest goes. A month of tickets; more credentials than anybody has. A key
 * of bytes opens all the others, and goes when it is forgotten by name only.
 */
const MOST = { lasting: 1024, passing: 32, keys: Number.POSITIVE_INFINITY } as const
/** Of one text in a line of the log: who sends it chooses its length. */
const LONGEST_TEXT = 16_384
/** Fields of a log line that are ours and hold nothing of anybody: a PIN may be a year. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['level', 'time', 'process'])
/** A second guard, for values that nobody called a secret: what stands under these names in a line of the log. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'apiKey',
  'api_key',
  'apiSecret',
  'api_secret',
  'apikey',
  'auth',
  'authorization',
  'cookie',
  'credentials',
  'key',
  'password',
  'pepper',
  'pin',
  'secret',
  'ticket',
  'token',
  'totp',
])
/** What a name says of a value: it is not shown, and has no place in arguments. */
const SECRET_NAME = /secret|password|passwd|token|totp|pin$|api_?key/i
/** A key of ours, or what a terminal or a reader of lines takes for an order. */
const SUSPECT = /tw_live_|[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/
/** Also an address without a query: passed over as a whole, none of it is looked at again, so that the time stays linear. */
const ADDRESS = /((?:https?|wss?):\/\/[^\s"'<>?#\\]*)(\?[^\s"'<>\\]*)?/g
const OWN_KEY = /(tw_live_[0-9A-Za-z]{10})_[0-9A-Za-z]{4,}/g
const ORDERS = /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g

/**
 * What this process knows and must not say: one for each process. Whatever leaves it (log, errors, status) goes through
 * `scrub`, which knows the values, so that it does not matter under which name or inside which text they stand.
 */
class Redaction {
  /** The forms of each secret, the oldest first. */
  readonly #known: Readonly<Record<keyof typeof MOST, Map<string, readonly string[]>>> = {
    lasting: new Map(),
    passing: new Map(),
    keys: new Map(),
  }
  #needles: Needles | undefined
  #inLines: Needles | undefined

  know(secret: string, kept: Kept): void {
    this.#add(secret, kept, () => [secret, ...textsIn(secret)].filter(isLongEnough).flatMap(formsOf))
  }

  /** A key, which is no text. */
  knowBytes(bytes: Buffer): void {
    this.#add(bytes.toString('hex'), 'keys', () => formsOfBytes(bytes))
  }

  forget(secret: string | Buffer): void {
    const name = typeof secret === 'string' ? secret : secret.toString('hex')
    for (const known of Object.values(this.#known)) if (known.delete(name)) this.#changed()
  }

  needles(): Needles {
    this.#needles ??= new Needles(this.#forms())
    return this.#needles
  }

  /** And the names under which a line of JSON may hold others. */
  inLines(): Needles {
    this.#inLines ??= new Needles([...this.#forms(), ...[...SECRET_NAMES].map(name => `"${name}":`)])
    return this.#inLines
  }

  #forms(): string[] {
    return Object.values(this.#known).flatMap(known => [...known.values()].flat())
  }

  #changed(): void {
    this.#needles = undefined
    this.#inLines = undefined
  }

  #add(name: string, kept: keyof typeof MOST, forms: () => readonly string[]): void {
    const known = this.#known[kept]
    const before = known.get(name)
    // Used again, it is the newest.
    known.delete(name)
    known.set(name, before ?? forms())
    if (!before) this.#changed()
    const [oldest] = known.keys()
    if (known.size > MOST[kept] && oldest !== undefined) this.forget(oldest)
  }
}

const own = new Redaction()

/** From now on this text, and every text in it if it is a JSON object, is masked. Fewer than four characters are not: they are guessed anyway. */
export const know = (secret: string, kept: Kept): void => own.know(secret, kept)
/** The same for whatever stands in a table under the name of a secret, at any depth. */
export function knowNamed(table: object): void {
  for (const [name, value] of Object.entries(table))
    if (isSecretName(name)) {
      for (const text of textsOf(value)) know(text, 'lasting')
    } else if (typeof value === 'object' && value !== null) knowNamed(value)
}

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

/** The same for a key of bytes. */
export const knowBytes = (bytes: Buffer): void => own.knowBytes(bytes)
/** It is not in this process any more. */
export const forget = (secret: string | Buffer): void => own.forget(secret)

/** Without any secret that is known here, nor any of `more`, nor the query of an address. */
export function scrub(text: string, more: readonly string[] = []): string {
  const mine = more.filter(isLongEnough)
  const first = mine.length === 0 ? text : new Needles(mine.flatMap(formsOf)).replace(text, MASK)
  const clean = own.needles().replace(first, MASK)
  if (!isSuspect(clean)) return clean
  return clean
    .replace(ADDRESS, (whole, before: string, query?: string) => (query === undefined ? whole : `${before}?${MASK}`))
    .replace(OWN_KEY, `$1_${MASK}`)
}

/** The beginning of it, cut after it is scrubbed: of a secret across the cut, the head would stay. */
export const excerpt = (text: string, length: number): string => scrub(text).slice(0, length)

/** The same for one line of JSON, which stays one: strings, names and numbers at any depth. */
export function scrubLine(line: string): string {
  if (line.length <= LONGEST_TEXT && !own.inLines().areIn(line) && !isSuspect(line)) return line
  return mapLine(line, scrub)
}

/** Whether there may be an address with a query, too. */
function isSuspect(text: string): boolean {
  const at = text.indexOf('://')
  return (at >= 0 && text.includes('?', at)) || SUSPECT.test(text)
}

/** A line of JSON with each text of it as `mask` gives it, and an end to each; what is no JSON is one text. */
export function mapLine(line: string, mask: (text: string) => string): string {
  const act = (text: string) => mask(text).slice(0, LONGEST_TEXT)
  let record: unknown
  try {
    record = JSON.parse(line)
  } catch {
    return `${act(line.trimEnd())}\n`
  }
  const clean = mapTexts(record, act, OWN_FIELDS)
  return `${JSON.stringify(clean).replace(ORDERS, one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

function mapTexts(value: unknown, act: (text: string) => string, except: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return act(value)
  if (typeof value === 'number') return act(String(value)) === String(value) ? value : MASK
  if (Array.isArray(value)) return value.map(one => mapTexts(one, act, NONE))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (except.has(name)) return [name, one]
      return SECRET_NAMES.has(name) ? [name, MASK] : [act(name), mapTexts(one, act, NONE)]
    }),
  )
}

const NONE: ReadonlySet<string> = new Set()

const isLongEnough = (text: string): boolean => text.length >= SHORTEST_NEEDLE

/** Of a JSON object, such as credentials and tickets are; nothing of any other text. */
function textsIn(secret: string): string[] {
  if (!secret.startsWith('{')) return []
  try {
    return textsOf(JSON.parse(secret))
  } catch {
    return []
  }
}

/** Every text in credentials or in a ticket. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
