import { pause, systemClock } from '../../../shared/clock.ts'
import { exactly } from '../format.ts'
import type { Load, Seen } from '../load.ts'
import { type Aim, type Bench, type Findings, type Part, type Running, running, sized } from '../part.ts'
import type { PeerKind } from '../peer.ts'
import { type Group, randomOf } from '../script.ts'
import { System } from '../system.ts'

const SYMBOLS = 50
const HELD = 10
const PATIENCE_MS = 6000
const STOPPED_MS = 2000
const STOPPED_RATE = 50_000

/** Whether the books close: what was published comes, or is told as folded or lost. */
export const balance: Part = { name: 'balance', run }

interface Account {
  readonly row: readonly string[]
  readonly closes: boolean
}

async function run(bench: Bench): Promise<Findings> {
  const groups = randomOf(sized(bench, 200, 20), HELD, SYMBOLS)
  bench.say('balance: an even load')
  const even = await open('ltp', groups, one => steady(bench, one, groups))
  const accounts = [{ what: 'an even load: published = delivered, nothing twice', account: even }]
  if (!bench.quick) {
    bench.say('balance: a proxy that stands still')
    const torn = await open('seq', groups, one => stopped(one, groups))
    accounts.push({
      what: 'the proxy stopped for 2 s, then silence: published = delivered + folded + told lost',
      account: torn,
    })
  }
  const aims: readonly Aim[] = accounts.map(({ what, account: { row, closes } }) => ({
    what,
    aim: 'exactly',
    measured: row.slice(1).join(' / '),
    met: closes,
  }))
  return {
    tables: [
      {
        title: 'Balance',
        meaning:
          `${groups.length} clients with ${HELD} of ${SYMBOLS} symbols each: what all of them were due, frames they got, how many ` +
          'ticks those frames say they stand for, what gap messages told as lost, what neither tells, frames out of order.',
        head: ['load', 'due', 'frames', 'stand for', 'told lost', 'untold', 'backward'],
        rows: accounts.map(({ account }) => account.row),
      },
    ],
    aims,
  }
}

function open(
  sequence: 'ltp' | 'seq',
  groups: readonly Group[],
  use: (running: Running<System>) => Promise<Account>,
): Promise<Account> {
  const features = sequence === 'seq' ? ['seq', 'count', 'gap'] : []
  const kind: PeerKind<System> = {
    name: 'Tickwire',
    needs: [],
    floods: false,
    start: (symbols, core) => System.start({ symbols, core, features }),
  }
  return running(kind, { symbols: SYMBOLS, groups, sequence, every: true }, async one => {
    // The last known values come first; they are no publications of this run.
    await pause(systemClock, 500)
    one.load.reset()
    return use(one)
  })
}

async function steady(bench: Bench, { contender, load }: Running<System>, groups: readonly Group[]): Promise<Account> {
  const before = await contender.totals()
  contender.setRate(1000)
  await pause(systemClock, sized(bench, 5000, 1000))
  contender.setRate(0)
  const due = dueOf(groups, before, await contender.totals())
  const seen = await settled(load, one => one.ticks >= due)
  return account(`${exactly(1000)} ticks/s`, due, seen)
}

/** The bus overflows while the proxy stands still, and no tick comes after it that could tell a hole. */
async function stopped({ contender, load }: Running<System>, groups: readonly Group[]): Promise<Account> {
  const before = await contender.totals()
  contender.setRate(STOPPED_RATE)
  await pause(systemClock, STOPPED_MS)
  process.kill(contender.pid, 'SIGSTOP')
  await pause(systemClock, STOPPED_MS)
  contender.setRate(0)
  const due = dueOf(groups, before, await contender.totals())
  process.kill(contender.pid, 'SIGCONT')
  const seen = await settled(load, one => one.counts + one.lost >= due)
  return account(`${exactly(STOPPED_RATE)} ticks/s, the proxy stopped for 2 s`, due, seen)
}

function account(name: string, due: number, { ticks, counts, lost, backward }: Seen): Account {
  const untold = due - counts - lost
  return {
    row: [name, ...[due, ticks, counts, lost, untold, backward].map(exactly)],
    closes: due > 0 && untold === 0 && backward === 0,
  }
}

/** Deliveries that the clients are due for what was published in between. */
function dueOf(groups: readonly Group[], before: readonly number[], after: readonly number[]): number {
  const published = after.map((total, symbol) => total - (before[symbol] ?? 0))
  const each = ({ clients, symbols }: Group) => clients * symbols.reduce((sum, one) => sum + (published[one] ?? 0), 0)
  return groups.reduce((sum, group) => sum + each(group), 0)
}

/** What was seen, once it is enough or no more can be expected. */
async function settled(load: Load, isEnough: (seen: Seen) => boolean): Promise<Seen> {
  const end = systemClock.monotonic() + PATIENCE_MS
  let seen = await load.report()
  while (!isEnough(seen) && systemClock.monotonic() < end) {
    await pause(systemClock, 50)
    seen = await load.report()
  }
  return seen
}
