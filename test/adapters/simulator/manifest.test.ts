import { expect, test } from 'vitest'
import { z } from 'zod'
import manifest from '../../../adapters/simulator/manifest.ts'
import { settings } from '../../../adapters/simulator/settings.ts'
import { ManualClock } from '../../../shared/clock.ts'

const problem = (values: object): string => {
  const parsed = settings.safeParse(values)
  return parsed.success ? 'no problem' : z.prettifyError(parsed.error)
}

test('settings have defaults, and numbers may come as text', () => {
  expect(settings.parse({})).toEqual({ seed: 1, rate: 250 })
  expect(settings.parse({ seed: '42', rate: '100000' })).toEqual({ seed: 42, rate: 100_000 })
  expect(settings.parse({ seed: 0, rate: 1 })).toEqual({ seed: 0, rate: 1 })
})

test.each([
  [{ rate: 0 }, '✖ must be ticks per second, a whole number from 1 to 100000\n  → at rate'],
  [{ rate: 100_001 }, '✖ must be ticks per second, a whole number from 1 to 100000\n  → at rate'],
  [{ rate: 1.5 }, '✖ must be ticks per second, a whole number from 1 to 100000\n  → at rate'],
  [{ rate: 'fast' }, '✖ must be ticks per second, a whole number from 1 to 100000\n  → at rate'],
  [{ rate: '' }, '✖ must be ticks per second, a whole number from 1 to 100000\n  → at rate'],
  [{ seed: -1 }, '✖ must be the seed of the simulated exchange, a whole number from 0 to 4294967295\n  → at seed'],
  [{ speed: 5 }, '✖ Unrecognized key: "speed"'],
])('settings %j are refused in words', (values, words) => {
  expect(problem(values)).toBe(words)
})

test('the list of instruments is the same every time and needs no clock', () => {
  expect(manifest.instruments(settings.parse({}))).toEqual(manifest.instruments(settings.parse({ seed: 9 })))
})

test('the source speaks of listed instruments only', async () => {
  const listed = new Set(manifest.instruments(settings.parse({})))
  const iterator = manifest.source(settings.parse({}), new ManualClock(), new AbortController().signal)
  for await (const batch of iterator) {
    expect(batch.every(update => listed.has(update.instrument))).toBe(true)
    expect(batch).toHaveLength(listed.size)
    break
  }
})
