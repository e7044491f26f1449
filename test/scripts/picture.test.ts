import { describe, expect, it } from 'vitest'
import type { ChildFacts, UpFacts } from '../../scripts/facts.ts'
import { mergeEvents, withProcesses } from '../../scripts/picture.ts'

const up = (...children: Partial<ChildFacts>[]): UpFacts => ({
  pid: 1,
  startedAt: 1,
  events: [],
  children: children.map(child => ({
    name: 'A',
    kind: 'adapter',
    state: 'running',
    since: 500,
    restarts: 0,
    ...child,
  })),
})
const lastExit = { code: 78, signal: null, at: 490, reason: 'CONFIG_INVALID: rate' }
const heard = { name: 'A', state: 'starting', reason: 'nothing heard yet', since: 100, ticks: 7 }

describe('the picture of a feed', () => {
  it('is that of its process when this is parked or dead, with the reason of its end', () => {
    expect(withProcesses([heard], up({ state: 'parked', lastExit }))).toEqual([
      { name: 'A', state: 'parked', reason: 'CONFIG_INVALID: rate', since: 500, ticks: 7 },
    ])
    expect(withProcesses([heard], up({ state: 'restarting', lastExit }))).toEqual([
      { name: 'A', state: 'down', reason: 'CONFIG_INVALID: rate', since: 500, ticks: 7 },
    ])
    expect(withProcesses([heard], up({ state: 'parked' }))[0]?.reason).toBe('its process is parked')
  })

  it('is what the proxy hears as long as its process runs, or nobody supervises it', () => {
    for (const state of ['starting', 'running', 'stopped'] as const)
      expect(withProcesses([heard], up({ state, lastExit }))).toEqual([heard])
    expect(withProcesses([heard], up({ name: 'B', state: 'parked' }))).toEqual([heard])
    expect(withProcesses([heard], up({ kind: 'bus', state: 'parked' }))).toEqual([heard])
    expect(withProcesses([heard], undefined)).toEqual([heard])
  })

  it('is there for a registered feed that no proxy speaks of', () => {
    expect(withProcesses([{ name: 'A' }], up({ state: 'parked', lastExit }))).toMatchObject([{ state: 'parked' }])
  })
})

describe('what happened', () => {
  it('is told in order of time, whoever saw it', () => {
    const event = (at: number, text: string) => ({ at, name: 'A', text })
    const seen = mergeEvents([event(1, 'running'), event(5, 'died')], [event(2, 'is live'), event(5, 'is down')])
    expect(seen.map(({ text }) => text)).toEqual(['running', 'is live', 'died', 'is down'])
    expect(mergeEvents([], [])).toEqual([])
  })
})
