import { afterAll, describe, expect, it } from 'vitest'
import { chosen } from './catalogue.ts'
import { Runner } from './runner.ts'

/** One account, one stage for all of them: what a change breaks first. The whole of it is `npm run chaos`. */
const SHORT = chosen(
  'kill-adapter,hang-adapter,kill-proxy,broker-fin,broker-rst,byte-flips,truncated,duplicates,token-expiry',
)
/** Any seed is as good; a fixed one makes two runs alike. */
const SEED = 6

/** Other tests have the cores as well; the promised figures are those of `npm run chaos`. */
const SLACK = 2

const runner = new Runner({ seed: SEED, isShort: true, runs: 1, slack: SLACK, say: () => {} })

afterAll(() => runner.close(), 30_000)

describe('faults, through real processes, with every frame held against what the emulated broker sent', () => {
  it.each(SHORT.map(fault => [fault.name, fault] as const))(
    '%s is told, heals, and costs no truth',
    async (_name, fault) => {
      const { wrong, unaccounted, faults, delivered } = await runner.play(fault)
      expect({ wrong, unaccounted, faults }).toEqual({ wrong: 0, unaccounted: 0, faults: [] })
      expect(delivered).toBeGreaterThan(0)
    },
    90_000,
  )
})
