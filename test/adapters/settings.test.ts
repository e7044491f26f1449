import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Adapter } from '../../adapters/contract.ts'
import { checkSettings, feedLayers, readSettings } from '../../adapters/settings.ts'
import { scrub } from '../../shared/redaction.ts'
import { failure } from '../support/failure.ts'

const settings = z.strictObject({
  rate: z.int({ error: 'must be a whole number' }).min(1, { error: 'must be at least 1' }).default(250),
  seed: z.int().default(1),
  session: z.strictObject({ pin: z.string({ error: 'must be a text' }) }).optional(),
})
const adapter: Adapter = {
  name: 'one',
  title: 'One',
  label: 'simulated',
  modes: ['LTP'],
  settings,
  instruments: () => [],
  async *source() {},
}

const registered = (said: Record<string, unknown>) => ({ name: 'FAST', settings: said })
const file = (said: Record<string, unknown>) => ({ origin: '/etc/t.toml', settings: said })
const problems = (inRegistry: Record<string, unknown>, inFile: Record<string, unknown>, of = adapter) =>
  checkSettings('FAST', of, feedLayers(registered(inRegistry), file(inFile))).problems

describe('the settings of a feed', () => {
  it('are the registered ones, those of the file over them, and defaults for the rest', () => {
    const layers = feedLayers(registered({ rate: 5, seed: 2 }), file({ rate: 7 }))
    expect(checkSettings('FAST', adapter, layers)).toEqual({ settings: { rate: 7, seed: 2 } })
  })

  it('are refused with path, file, what they must be and what they are', () => {
    expect(problems({}, { rate: 0 })).toEqual(['feeds.FAST.rate (/etc/t.toml): must be at least 1, not 0'])
  })

  it('are masked from then on, and not shown when they are refused, where the name is that of a secret', () => {
    expect(problems({}, { session: { pin: 7 } })).toEqual(['feeds.FAST.session.pin (/etc/t.toml): must be a text'])
    problems({}, { session: { pin: 'pin-of-a-setting' } })
    expect(scrub('401 for pin-of-a-setting')).toBe('401 for [redacted]')
  })

  it('are blamed on whoever said them last, and a registered one comes with the command that mends it', () => {
    expect(problems({ rate: 0 }, { rate: 5 })).toBeUndefined()
    expect(problems({ rate: 5 }, { rate: 0 })).toEqual([expect.stringContaining('(/etc/t.toml)')])
    expect(problems({ rate: 0 }, { seed: 5 })).toEqual([
      'feeds.FAST.rate (adapter add --set): must be at least 1, not 0; mend: tickwire adapter remove FAST, then add it again',
    ])
  })

  it('that do not exist are named one by one, with what may be meant and without their value', () => {
    expect(problems({}, { raet: 'hush', zzzzzz: 1, session: { pin: '1', pni: '2' } })).toEqual([
      'feeds.FAST.session.pni (/etc/t.toml): no such setting',
      'feeds.FAST.raet (/etc/t.toml): no such setting; did you mean rate?',
      'feeds.FAST.zzzzzz (/etc/t.toml): no such setting',
    ])
  })

  it('that nobody said, or that do not fit together, are told without an origin', () => {
    const strict = z
      .strictObject({ low: z.int({ error: 'must be given' }), high: z.int() })
      .refine(({ low, high }) => low < high, { error: 'low must be below high' })
    expect(problems({}, { high: 1 }, { ...adapter, settings: strict })).toEqual(['feeds.FAST.low: must be given'])
    expect(problems({}, { high: 1, low: 2 }, { ...adapter, settings: strict })).toEqual([
      'feeds.FAST: low must be below high',
    ])
  })

  it('throw one CONFIG_INVALID with a line for each problem', () => {
    const error = failure(() => readSettings('FAST', adapter, [file({ rate: 0, raet: 1 })]))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message.split('\n')).toHaveLength(2)
    expect(readSettings('FAST', adapter, [])).toEqual({ rate: 250, seed: 1 })
  })
})
