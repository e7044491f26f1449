import { describe, expect, it } from 'vitest'
import type { SourceAdapter as Adapter, Update } from '../../adapters/contract.ts'
import { withinBounds } from '../../adapters/runtime/bounds.ts'
import { indexInstruments } from '../../adapters/runtime/catalogue.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { isWellFormed } from './instrument.ts'

/** Updates looked at after the first batch, and the longest time the adapter may take for them. */
const SAMPLE = 2000
const PATIENCE_MS = 120_000

/** What every adapter with a source keeps, with its default settings. */
export function describeSource(name: string, load: () => Promise<Adapter>): void {
  describe(`the adapter ${name}`, () => {
    it('starts with default settings and refuses a setting it does not know', async () => {
      const { settings } = await load()
      expect(settings.safeParse({}).success).toBe(true)
      expect(settings.safeParse({ 'no-such-setting': 1 }).success).toBe(false)
    })

    it('lists instruments that can be told apart by symbol and by token, and can travel', async () => {
      const { instruments } = await run(await load(), 0)
      expect(() => indexInstruments(name, instruments)).not.toThrow()
      expect(new Set(instruments.map(({ exchange, token }) => `${exchange} ${token}`)).size).toBe(instruments.length)
      for (const instrument of instruments) expect(instrument, instrument.symbol).toSatisfy(isWellFormed)
    })

    it('lists the same instruments again for the same settings', async () => {
      const adapter = await load()
      const settings = adapter.settings.parse({})
      expect(adapter.instruments(settings)).toEqual(adapter.instruments(settings))
    })

    it('gives the last value of every instrument in its first batch', async () => {
      const { instruments, batches } = await run(await load(), 1)
      const named = (some: Iterable<Instrument>) =>
        [...some].map(({ exchange, symbol }) => `${exchange}:${symbol}`).sort()
      expect(named((batches[0] ?? []).map(({ instrument }) => instrument))).toEqual(named(instruments))
    })

    it('says only what may be published, of instruments it listed, in the order of time', async () => {
      const { instruments, updates } = await run(await load(), SAMPLE)
      const listed = new Set(instruments.map(({ exchange, symbol }) => `${exchange}:${symbol}`))
      const newest = new Map<string, number>()
      for (const update of updates) {
        const { exchange, symbol } = update.instrument
        const where = `${exchange}:${symbol}`
        expect(listed, where).toContain(where)
        expect(update, where).toSatisfy(withinBounds)
        expect(update.tick.timestamp, where).toBeGreaterThanOrEqual(newest.get(where) ?? 0)
        newest.set(where, update.tick.timestamp)
      }
    })

    it('gives books with the best price first, bids below asks', async () => {
      const { updates } = await run(await load(), SAMPLE)
      for (const { instrument, tick } of updates) {
        const { buy = [], sell = [] } = tick.book ?? {}
        const ladder = [...buy.toReversed(), ...sell].map(({ price }) => price)
        expect(ladder, instrument.symbol).toEqual([...new Set(ladder)].sort((a, b) => a - b))
      }
    })

    it('gives what the modes it offers need, and no book when it offers none', async () => {
      const adapter = await load()
      const { updates } = await run(adapter, SAMPLE)
      const deepest = Math.max(...adapter.modes.map(mode => DEPTHS[mode]))
      const levels = updates.map(({ tick }) => Math.max(tick.book?.buy.length ?? 0, tick.book?.sell.length ?? 0))
      expect(Math.max(...levels) > 0).toBe(deepest > 0)
      expect(Math.max(...levels)).toBeLessThanOrEqual(Math.max(deepest, 0))
    })

    it('ends soon after it is told to', async () => {
      const { ended } = await run(await load(), 1)
      expect(ended).toBe(true)
    })
  })
}

const DEPTHS = { LTP: 0, QUOTE: 0, DEPTH: 5, BOOK20: 20, BOOK30: 30, BOOK50: 50 } as const

/** Runs the source on a clock moved by hand until it gave a first batch and `wanted` updates, then tells it to end. */
async function run(adapter: Adapter, wanted: number) {
  const settings = adapter.settings.parse({})
  const clock = new ManualClock()
  const stop = new AbortController()
  const batches: (readonly Update[])[] = []
  let updates = 0
  let ended = false
  const running = (async () => {
    for await (const batch of adapter.source(settings, clock, stop.signal)) {
      batches.push(batch)
      updates += batch.length
    }
    ended = true
  })()
  for (let passed = 0; passed < PATIENCE_MS && !(batches.length > 0 && updates >= wanted); passed += 100) {
    clock.advance(100)
    await settle()
  }
  stop.abort()
  await Promise.race([running, settle().then(settle)])
  return { instruments: adapter.instruments(settings), batches, updates: batches.flat(), ended }
}

const settle = (): Promise<void> => new Promise(resolve => void systemClock.soon(resolve))
