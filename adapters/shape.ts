import { z } from 'zod'
import { didYouMean } from '../shared/config/spelling.ts'
import { FEED_LABELS } from '../shared/control.ts'
import { lintCalendar } from '../shared/market/calendar/lint.ts'
import { calendarSchema } from '../shared/market/calendar/schema.ts'
import { EXCHANGES } from '../shared/market/exchange.ts'
import { BOOK_MODES, TOPIC_MODES } from '../shared/market/mode.ts'

const NAME = /^[a-z0-9-]{1,32}$/

const callable = z.custom(value => typeof value === 'function', 'must be a function')
// Not z.instanceof: an adapter outside the tree may bring its own copy of zod.
const schema = z.custom(value => isSchema(value), 'must be a zod schema')
const count = z.int().min(1)
const milliseconds = z.int().min(0)
const mode = z.enum(TOPIC_MODES)

const perMode = z.partialRecord(mode, count)

const limits = z.object({
  connections: count,
  instrumentsPerConnection: count,
  weights: perMode.optional(),
  instrumentsPerMode: perMode.optional(),
  instrumentsPerMessage: count,
  messagePauseMs: milliseconds,
})

const heartbeat = z
  .object({
    suspectMs: count,
    deadMs: count,
    probeMs: count.optional(),
    send: z.object({ everyMs: count, frame: z.union([z.string(), z.instanceof(Uint8Array)]) }).optional(),
  })
  .refine(({ suspectMs, deadMs }) => suspectMs < deadMs, 'suspectMs must be less than deadMs')

const pauses = z.object({
  afterEndMs: milliseconds.optional(),
  afterTakenMs: milliseconds.optional(),
  limitedMs: milliseconds.optional(),
})

const session = z.object({
  dial: callable,
  subscribe: callable,
  change: callable,
  unsubscribe: callable,
  classify: callable,
  heartbeat,
  pauses: pauses.optional(),
})

const stream = {
  limits,
  session,
  createDecoder: callable,
  carries: callable.optional(),
  tokenOf: callable.optional(),
}

const login = z
  .object({
    url: callable.optional(),
    prompt: callable.optional(),
    readAnswer: callable,
    redeem: callable,
    renew: callable.optional(),
  })
  .refine(({ url, prompt }) => !url || !prompt, 'has url or prompt, not both: a person logs in on a page, or types')

const sibling = z.object({
  ...stream,
  name: z.string().regex(NAME, 'must be one word'),
  isAlwaysOpen: z.boolean().optional(),
})

const quotes = z.object({
  instrumentsPerRequest: count,
  pauseMs: milliseconds,
  mode,
  request: callable,
  parse: callable,
})

const base = z.object({
  name: z.string().regex(NAME, 'must be 1 to 32 of a-z, 0-9 and -'),
  title: z.string().min(1).max(200),
  label: z.enum(FEED_LABELS),
  modes: z.array(mode).min(1),
  settings: schema,
  calendar: calendarSchema.optional(),
})

const sourceAdapter = base.extend({ instruments: callable, source: callable })

const sessionAdapter = base.extend({
  ...stream,
  credentials: schema,
  ticket: schema,
  login,
  master: z.object({ requests: callable, parse: callable, classify: callable }),
  siblings: z.array(sibling).optional(),
  books: z.partialRecord(z.enum(BOOK_MODES), z.array(z.enum(EXCHANGES)).min(1)).optional(),
  sources: z.partialRecord(mode, z.array(z.string().min(1)).min(1)).optional(),
  limitsOf: callable.optional(),
  quotes: quotes.optional(),
})

/** Everything that is wrong with what a manifest exports, `field.field: problem` each; nothing when it is an adapter. */
export function adapterProblems(manifest: unknown): string[] {
  // Which of the two forms it means, so that what is missing is said of that one.
  const shape = isObject(manifest) && 'session' in manifest ? sessionAdapter : sourceAdapter
  const issues = shape.safeParse(manifest).error?.issues ?? []
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'default export'}: ${message}`)
  if (!isObject(manifest)) return problems
  problems.push(...strays('', manifest, Object.keys(shape.shape)), ...calendarFaults(manifest.calendar))
  if (shape === sourceAdapter) return problems
  problems.push(...strays('login.', manifest.login, Object.keys(login.shape)))
  problems.push(...strays('quotes.', manifest.quotes, Object.keys(quotes.shape)))
  problems.push(...straysOfStream('', manifest))
  const siblings = Array.isArray(manifest.siblings) ? manifest.siblings.filter(isObject) : []
  for (const [place, one] of siblings.entries()) {
    const where = `siblings.${place}.`
    problems.push(...strays(where, one, Object.keys(sibling.shape)), ...straysOfStream(where, one))
  }
  return [...problems, ...unoffered(manifest)]
}

function straysOfStream(
  where: string,
  { limits: bounds, session: spoken }: Readonly<Record<string, unknown>>,
): string[] {
  const { heartbeat: beat, pauses: waits } = isObject(spoken) ? spoken : {}
  return [
    ...strays(`${where}limits.`, bounds, Object.keys(limits.shape)),
    ...strays(`${where}session.`, spoken, Object.keys(session.shape)),
    ...strays(`${where}session.heartbeat.`, beat, Object.keys(heartbeat.shape)),
    ...strays(`${where}session.pauses.`, waits, Object.keys(pauses.shape)),
  ]
}

/** What is optional and misspelt would be missed in silence. */
const strays = (where: string, value: unknown, known: readonly string[]): string[] =>
  (isObject(value) ? Object.keys(value) : [])
    .filter(name => !known.includes(name))
    .flatMap(name => {
      const meant = didYouMean(
        name,
        known.filter(one => isObject(value) && !(one in value)),
      )
      return meant === '' ? [] : [`${where}${name}: is no field of an adapter${meant}`]
    })

/** What is wrong with a calendar that has the right form; not its age, which is no fault of the code. */
function calendarFaults(calendar: unknown): string[] {
  const { data } = calendarSchema.safeParse(calendar)
  const faults = data ? lintCalendar(data, 0).filter(({ rule }) => rule !== 'coverage') : []
  return faults.map(({ text }) => `calendar: ${text}`)
}

/** Modes that are spoken of and not offered. */
function unoffered({ modes, books, sources, quotes }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(modes)) return []
  const named: (readonly [string, unknown])[] = [
    ...namesOf(books).map(name => [`books.${name}`, name] as const),
    ...namesOf(sources).map(name => [`sources.${name}`, name] as const),
    ...(isObject(quotes) ? [['quotes.mode', quotes.mode] as const] : []),
  ]
  return named.flatMap(([where, name]) =>
    TOPIC_MODES.some(one => one === name) && !modes.includes(name) ? [`${where}: is not among the modes`] : [],
  )
}

const namesOf = (value: unknown): string[] => (isObject(value) ? Object.keys(value) : [])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isSchema = (value: unknown): boolean =>
  isObject(value) && 'safeParse' in value && typeof value.safeParse === 'function'
