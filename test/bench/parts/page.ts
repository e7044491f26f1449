import { pause, systemClock } from '../../../shared/clock.ts'
import { type Weight, Window, type Work } from '../browser.ts'
import { symbolName } from '../feed/ticks.mjs'
import { decimal, exactly, megabytes } from '../format.ts'
import { CORES } from '../machine.ts'
import { type Bench, type Findings, type Part, sized } from '../part.ts'
import { System } from '../system.ts'

const INSTRUMENTS = 2000
const RATE = 5000
/** All in one end of the list, so that those in view get as much as there is for so few. */
const FEW = 100
const LOOK_MS = 15_000
/** Pixels and pixels a second: some eight screens a second. */
const SWEEP = 12_000
const SPEED = 4000
const SETTLE_MS = 3000
const SAMPLE_MS = 10_000

const MOST_CPU = 1
const MOST_BYTES = 200e6
const LEAST_FRAMES = 58
const FRAME_MS = 1000 / 60

/** The page in a real browser: what it costs a trader who keeps it open all day. */
export const page: Part = { name: 'page', run }

async function run(bench: Bench): Promise<Findings> {
  bench.say('page')
  const instruments = sized(bench, INSTRUMENTS, 200)
  const system = await System.start({ symbols: instruments, core: CORES.server })
  try {
    const names = Array.from({ length: instruments }, (_, index) => `NSE:${symbolName(index)}`)
    const lists = JSON.stringify({ lists: [{ id: 1, title: 'Bench', names }], current: 1 })
    const window = await Window.open(await addressOf(system), { 'tickwire.lists': lists })
    try {
      return await look(bench, system, window, instruments)
    } finally {
      await window.close()
    }
  } finally {
    await system.close()
  }
}

async function look(bench: Bench, system: System, window: Window, instruments: number): Promise<Findings> {
  const wait = (ms: number) => pause(systemClock, sized(bench, ms, 1000))
  const rate = sized(bench, RATE, 500)
  const began = systemClock.monotonic()
  await window.page.waitForSelector('#watch-grid .line')
  system.setRate(rate)
  await wait(SETTLE_MS)
  const first = await window.weigh()
  const rows: (readonly [string, Work])[] = []
  const add = async (what: string, during: () => Promise<unknown>, counts = false) => {
    bench.say(`  ${what}`)
    rows.push([what, await window.watch(during, counts)])
  }
  await add('in its own order', () => wait(LOOK_MS))
  await add('scrolled', () => sweep(bench, window), true)
  await window.page.click('#watch-grid [role=columnheader]:nth-child(2) button')
  await add('sorted by price', () => wait(LOOK_MS))
  await add('sorted, scrolled', () => sweep(bench, window), true)
  await window.page.click('#watch-grid [role=columnheader]:nth-child(2) button')
  await window.page.click('#watch-grid [role=columnheader]:nth-child(2) button')
  system.setSymbols(sized(bench, FEW, 50))
  await add(`all ticks on the first ${FEW}`, () => wait(LOOK_MS))
  system.setSymbols(instruments)
  const weights = [first, await window.weigh()]
  const endAt = began + sized(bench, bench.minutes * 60_000, 0)
  while (systemClock.monotonic() < endAt) {
    await pause(systemClock, SAMPLE_MS)
    weights.push(await window.weigh())
  }
  const minutes = (systemClock.monotonic() - began) / 60_000
  return { tables: [tableOf(rows, instruments, rate)], aims: aimsOf(rows, weights, minutes) }
}

async function sweep(bench: Bench, window: Window): Promise<void> {
  for (let nth = 0; nth < sized(bench, 4, 1); nth++) for (const way of [-SWEEP, SWEEP]) await window.scroll(way, SPEED)
}

/** By a ticket, as `tickwire open` does. */
async function addressOf({ port, key }: System): Promise<string> {
  const base = `http://127.0.0.1:${port}/`
  const headers = { authorization: `Bearer ${key}` }
  const answer = await fetch(`${base}api/v1/tickets`, { method: 'POST', headers })
  const { ticket } = (await answer.json()) as { ticket?: string }
  if (!ticket) throw new Error(`no ticket: the proxy answered ${answer.status}`)
  return `${base}#ticket=${ticket}`
}

const at = (frames: readonly number[], part: number): number => frames[Math.floor((frames.length - 1) * part)] ?? 0
const perSecond = (frames: readonly number[]): number =>
  (frames.length * 1000) /
  Math.max(
    1,
    frames.reduce((sum, one) => sum + one, 0),
  )

/** Of the thread that has to be done before the next picture, milliseconds. */
const costOf = ({ frames, thread }: Pick<Work, 'frames' | 'thread'>): number => (thread * 1000) / frames.length

function tableOf(rows: readonly (readonly [string, Work])[], instruments: number, rate: number) {
  return {
    title: `The page: ${exactly(instruments)} instruments in a list, ${exactly(rate)} ticks/s`,
    meaning:
      'Shares of a core. The browser draws in software here, in processes of its own; frames are those between two pictures.',
    head: ['the list is', 'page', 'whole browser', 'frames/s', 'p50', 'p95', 'p99', 'CPU a frame'],
    rows: rows.map(([what, { page: own, browser, frames, thread }]) => [
      what,
      decimal(own),
      decimal(browser),
      frames.length > 0 ? decimal(perSecond(frames), 1) : '',
      ...[0.5, 0.95, 0.99].map(part => (frames.length > 0 ? `${decimal(at(frames, part), 1)} ms` : '')),
      frames.length > 0 ? `${decimal(costOf({ frames, thread }), 1)} ms` : '',
    ]),
  }
}

function aimsOf(rows: readonly (readonly [string, Work])[], weights: readonly Weight[], minutes: number) {
  const most = Math.max(...rows.map(([, work]) => work.page))
  const scrolled = rows.map(([, work]) => work).filter(({ frames }) => frames.length > 0)
  const least = Math.min(...scrolled.map(({ frames }) => perSecond(frames)))
  const dearest = Math.max(...scrolled.map(costOf))
  const last = weights.at(-1)
  const heaviest = Math.max(...weights.map(one => one.process))
  return [
    {
      what: 'the page at its busiest: share of a core, and of the limit',
      aim: `under ${MOST_CPU}`,
      measured: `${decimal(most)}, ${decimal(most / MOST_CPU)} of it`,
      met: most < MOST_CPU,
    },
    {
      what: '… frames a second while its list is scrolled',
      aim: '60',
      measured: decimal(least, 1),
      met: least >= LEAST_FRAMES,
    },
    {
      what: '… CPU of its main thread for each of them, of which a busy machine takes nothing, and the share of a sixtieth of a second',
      aim: `under ${decimal(FRAME_MS, 1)} ms`,
      measured: `${decimal(dearest, 1)} ms, ${decimal(dearest / FRAME_MS)} of it`,
      met: dearest < FRAME_MS,
    },
    {
      what: `… memory of its process after ${decimal(minutes, 0)} minutes, what scripts hold of it, and the share of the limit`,
      aim: `under ${megabytes(MOST_BYTES)}`,
      measured: `${megabytes(heaviest)}, ${megabytes(last?.heap ?? 0)}, ${decimal(heaviest / MOST_BYTES)} of it`,
      met: heaviest < MOST_BYTES,
    },
  ]
}
