import { amount, decimal, marks, millis } from '../format.ts'
import { type Aim, type Bench, type Findings, type Part, running, sized, type Table } from '../part.ts'
import { BROADCASTER, BUN, isThere, LIBRARIES, NATS, type PeerKind } from '../peer.ts'
import { allOf, type Group, randomOf } from '../script.ts'
import { type Found, search } from '../search.ts'
import { TICKWIRE } from '../system.ts'
import { measureAt, type Window } from '../window.ts'

const SYMBOLS = 100
/** Of deliveries: where the search begins. */
const BROADCASTER_GUESS = 10_000_000
/** Of the broadcaster's rate: where the search begins for a server without a closed loop. */
const FIRST_SHARE = 0.15
const OPENALGO = 33_000

/** Deliveries a second, as many as go. */
export const fanout: Part = { name: 'fanout', run }

interface Result {
  readonly kind: PeerKind
  readonly flood: Window | undefined
  readonly found: Found | undefined
}

/** What it sustained; where nothing was searched for, what its closed loop gave. */
const most = (result: Result | undefined): number =>
  result?.found ? (result.found.rate === 0 ? 0 : result.found.window.perSecond) : (result?.flood?.perSecond ?? 0)

async function run(bench: Bench): Promise<Findings> {
  const thousand = sized(bench, 1000, 10)
  const close = [BROADCASTER, TICKWIRE, BUN]
  const everybody = bench.quick ? [BROADCASTER, TICKWIRE] : [...close, NATS, ...LIBRARIES]
  const all = await compare(
    bench,
    `${amount(thousand)} clients, all of 100 symbols`,
    allOf(thousand, SYMBOLS),
    everybody,
  )
  bench.maximum = all.results.get(TICKWIRE.name)?.found?.rate
  if (bench.quick) return { tables: [all.table], aims: [] }
  const some = await compare(
    bench,
    '1,000 clients, a random 10 of 100 symbols each',
    randomOf(1000, 10, SYMBOLS),
    close,
  )
  const few = await compare(bench, '100 clients, all of 100 symbols', allOf(100, SYMBOLS), close)
  const many = await compare(bench, '5,000 clients, all of 100 symbols', allOf(5000, SYMBOLS), close)
  return {
    tables: [all.table, some.table, few.table, many.table],
    aims: [
      ...aims('1,000 clients, all of 100 symbols', all.results, 0.7),
      ...aims('1,000 clients, a random 10 of 100', some.results, 0.5),
      against(all.results),
    ],
  }
}

async function compare(
  bench: Bench,
  title: string,
  groups: readonly Group[],
  kinds: readonly PeerKind[],
): Promise<{ table: Table; results: ReadonlyMap<string, Result> }> {
  const results = new Map<string, Result>()
  for (const kind of kinds.filter(isThere)) {
    bench.say(`fanout: ${title}: ${kind.name}`)
    const limit = most(results.get(BROADCASTER.name))
    results.set(kind.name, await contend(bench, kind, groups, limit))
  }
  const limit = most(results.get(BROADCASTER.name))
  return {
    results,
    table: {
      title: `Fan-out: ${title}`,
      meaning:
        'Deliveries a second that are sustained in an open loop (97 % arrive, p99 under 250 ms), with their p99; the same ' +
        'in a closed loop, 16 ticks at a time; the ratio to the C broadcaster; cores of server and load client.',
      head: ['server', 'sustained', 'p99', 'closed loop', 'of C', 'server', 'load'],
      rows: [...results.values()].map(result => row(result, limit)),
    },
  }
}

async function contend(bench: Bench, kind: PeerKind, groups: readonly Group[], limit: number): Promise<Result> {
  const seconds = sized(bench, 1.2, 0.3)
  const isSearched = kind === TICKWIRE || kind === BROADCASTER || kind === BUN || kind === NATS
  return running(kind, { symbols: SYMBOLS, groups }, async ({ contender, load, holders }) => {
    const flood = kind.floods && !bench.quick ? await measureAt(contender, load, 'flood', seconds) : undefined
    contender.setRate(0)
    const guess = kind === BROADCASTER ? BROADCASTER_GUESS : (flood?.perSecond ?? limit * FIRST_SHARE)
    const from = bench.quick ? 100 : Math.max(1, Math.round(guess / holders))
    const found = isSearched
      ? await search({ contender, load, holders, from, seconds, trials: sized(bench, 10, 2) })
      : undefined
    return { kind, flood, found }
  })
}

function row({ kind, flood, found }: Result, limit: number): readonly string[] {
  const window = found?.window ?? flood
  const value = most({ kind, flood, found })
  return [
    kind.name,
    found ? sustained(found) : '',
    found && found.rate > 0 ? millis(found.window.p99) : '',
    flood ? `${amount(flood.perSecond)}${marks(flood)}` : '',
    limit > 0 ? decimal(value / limit) : '',
    window ? decimal(window.server) : '',
    window ? decimal(window.client) : '',
  ]
}

const sustained = ({ rate, window }: Found): string =>
  rate === 0 ? `none; ${amount(window.perSecond)} came` : `${amount(window.perSecond)}${marks(window)}`

function aims(what: string, results: ReadonlyMap<string, Result>, share: number): readonly Aim[] {
  const own = most(results.get(TICKWIRE.name))
  const limit = most(results.get(BROADCASTER.name))
  const bun = results.get(BUN.name)
  const ofC = limit > 0 ? own / limit : undefined
  return [
    {
      what: `${what}: ratio to the C broadcaster`,
      aim: `at least ${share}`,
      measured: ofC === undefined ? 'no C compiler' : decimal(ofC),
      met: ofC === undefined ? undefined : ofC >= share,
    },
    {
      what: `${what}: ratio to Bun`,
      aim: 'at least 1',
      measured: bun ? decimal(own / most(bun)) : 'Bun is absent',
      met: bun ? own >= most(bun) : undefined,
    },
  ]
}

/** Its figure was taken once, on a machine like this one: the issue that asked for this bench names it. */
function against(results: ReadonlyMap<string, Result>): Aim {
  const times = most(results.get(TICKWIRE.name)) / OPENALGO
  return {
    what: "against 33,000 deliveries/s of OpenAlgo's proxy (not measured here)",
    aim: 'over 100 times',
    measured: `${decimal(times, 0)} times`,
    met: times > 100,
  }
}
