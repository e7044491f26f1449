import type { Clock } from '../shared/clock.ts'
import { Dictionary } from '../shared/dictionary.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import type { DataFolder } from '../shared/store/folder.ts'
import { InstrumentBook, type ListFacts, writeInstruments } from '../shared/store/instruments.ts'
import type { Http, SessionAdapter } from './contract.ts'
import { adapterFault } from './fault.ts'
import { rowProblem } from './row.ts'

export interface SyncOptions {
  readonly feed: string
  readonly adapter: SessionAdapter
  /** As the adapter's own schema gave them. */
  readonly settings: unknown
  /** As the adapter's own schema gave it; absent before the first login. */
  readonly ticket: unknown
  readonly http: Http
  readonly folder: DataFolder
  readonly clock: Clock
  readonly log: Log
  /** Takes a list that is suspiciously short, too. */
  readonly force?: boolean
  /** Hears how far it has come: files of `of` that are here; then rows that were read. */
  readonly onProgress?: (step: 'fetched' | 'read', count: number, of: number | undefined) => void
}

export interface Synced {
  readonly count: number
  readonly changed: boolean
  /** Rows that cannot be served. */
  readonly skipped: number
}

/** A list of broker size is 11 MB; a few times that is still one that fits into memory. */
export const MASTER_LIMITS = { timeoutMs: 60_000, maxBytes: 64 * 2 ** 20 } as const

const TOLD_EVERY = 1000
/** Told one by one; the others are counted. */
const SKIPPED_TOLD = 5
/** A list that has lost more than half of what the last one held was cut, whatever it says. */
const LEAST_PART = 0.5
/** Weekends and holidays between the two included. Older ones say nothing any more. */
const COMPARED_MS = 7 * 86_400_000

/**
 * Fetches the broker's list of instruments and puts it in the place of the feed's last one, while the event loop goes on.
 * Rejects with what the adapter says of a refusal, BROKER_UNREACHABLE, INSTRUMENTS_MALFORMED for what is no such list or
 * less than half of the last one, ADAPTER_INVALID, FOLDER_UNUSABLE. The last list stays where it rejects.
 */
export async function syncInstruments(options: SyncOptions): Promise<Synced> {
  const { feed, folder, clock, log, force = false } = options
  const writtenAt = clock.now()
  let skipped = 0
  let first = ''
  const skip = (why: string) => {
    first ||= why
    if (++skipped <= SKIPPED_TOLD) log.debug({ feed }, `left out of the instrument list: ${why}`)
  }
  const known = readFacts(folder, feed)
  const bodies = await fetchMaster(options)
  const instruments = counted(readMaster(options.adapter, bodies, skip), options.onProgress, known?.count)
  const accept = (count: number) => {
    const why = first && `; of what was left out, the first: ${first}`
    if (count === 0) throw malformed(feed, `holds nothing that can be served${why}`, 'tickwire instruments sync, later')
    checkCount(feed, count, known, writtenAt, force)
  }
  const { count, changed } = await writeInstruments(folder, feed, instruments, clock, { writtenAt, accept })
  if (skipped > 0) log.info({ feed, skipped }, `${skipped} rows of the instrument list cannot be served`)
  return { count, changed, skipped }
}

function* counted(
  instruments: Iterable<Instrument>,
  onProgress: SyncOptions['onProgress'],
  expected: number | undefined,
): Generator<Instrument> {
  let count = 0
  for (const one of instruments) {
    if (++count % TOLD_EVERY === 0) onProgress?.('read', count, expected)
    yield one
  }
}

async function fetchMaster({ adapter, settings, ticket, http, onProgress }: SyncOptions): Promise<Uint8Array[]> {
  const { name, master } = adapter
  const bodies: Uint8Array[] = []
  const requests = guard(name, 'master.requests', () => master.requests(settings, ticket))
  for (const request of requests) {
    onProgress?.('fetched', bodies.length, requests.length)
    const answer = await http(request)
    if (answer.status !== 200)
      throw adapterFault(
        name,
        'master.classify',
        guard(name, 'master.classify', () => master.classify(answer)),
      )
    bodies.push(answer.body)
  }
  return bodies
}

function* readMaster(
  { name, master }: SessionAdapter,
  bodies: readonly Uint8Array[],
  skip: (why: string) => void,
): Generator<Instrument> {
  try {
    const owners = new Dictionary()
    for (const one of master.parse(bodies, skip)) {
      const what = `${one.exchange}:${one.symbol}`
      const problem = rowProblem(one) ?? tokenProblem(one.token, what, owners)
      if (problem === undefined) yield one
      else skip(`${what}: ${problem}`)
    }
  } catch (error) {
    throw adapterFault(name, 'master.parse', error)
  }
}

/** The same instrument twice is for the writer to refuse: it leaves open which row is right. */
function tokenProblem(token: string, what: string, owners: Dictionary): string | undefined {
  const owner = owners.add(token, what) ?? what
  return owner === what ? undefined : `token ${token} is that of ${owner}`
}

function guard<Result>(adapter: string, what: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw adapterFault(adapter, what, error)
  }
}

function checkCount(feed: string, count: number, known: ListFacts | undefined, now: number, force: boolean): void {
  if (force || !known || now - known.writtenAt > COMPARED_MS || count >= known.count * LEAST_PART) return
  throw malformed(
    feed,
    `holds ${count} instruments, less than half of the ${known.count} of the last one, which stays`,
    `tickwire instruments sync ${feed}, later; with --force if it has become so short`,
  )
}

const malformed = (feed: string, why: string, next: string) =>
  new TickwireError('INSTRUMENTS_MALFORMED', `The instrument list of ${feed} ${why}`, { next })

/** A damaged list is no measure for the next one, which takes its place. */
function readFacts(folder: DataFolder, feed: string): ListFacts | undefined {
  const book = new InstrumentBook(folder)
  try {
    return book.facts(feed)
  } catch (error) {
    if (error instanceof TickwireError && error.code === 'STORE_CORRUPT') return undefined
    throw error
  } finally {
    book.close()
  }
}
