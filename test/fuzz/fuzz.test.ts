import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadTargets } from './catalogue.ts'
import { claim } from './target.ts'

/** The same examples each time; `npm run fuzz` tries others. */
const SEED = 20_261_122

const targets = await loadTargets()

describe.each(targets.map(target => [target.name, target.claims] as const))('what strangers feed: %s', (_, claims) => {
  it.each(claims.map(one => [one.says, one] as const))('%s', async (_, one) => {
    expect((await one.check({ seed: SEED, runs: one.runs })).failure?.text).toBeUndefined()
  })
})

describe('a claim that does not hold', () => {
  const small = claim('is small', 1000, [fc.nat()], number => {
    if (number >= 1000) throw new Error('too large')
  })

  it('gives its smallest example, and finds it again where it says it is', async () => {
    const { failure } = await small.check({ seed: 1, runs: 1000 })
    expect(failure?.text).toMatch(/^\[1000\]\n.*too large/)
    const again = await small.check({ seed: 1, runs: 1, path: failure?.path })
    expect(again.failure?.text).toMatch(/^\[1000\]/)
  })

  it('is one too that takes the processor for longer than it may', async () => {
    const slow = claim('is quick', 1, [fc.constant(1)], () => {
      for (const { user } = process.cpuUsage(); process.cpuUsage().user - user < 50_000; );
    })
    expect((await slow.check({ seed: 1, runs: 1, mostCpuMs: 40 })).failure?.text).toContain('ms of the processor')
  })
})

describe('the targets', () => {
  it('have names of their own', () => {
    expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length)
  })
})
