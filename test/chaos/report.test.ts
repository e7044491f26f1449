import { describe, expect, it } from 'vitest'
import { chosen } from './catalogue.ts'
import type { Fault } from './fault.ts'
import { writeReport } from './report.ts'
import { isKept, type Row } from './runner.ts'
import { countOf } from './storm.ts'

const [fault] = chosen('kill-adapter') as [Fault]

const row = (more: Partial<Row> = {}): Row => ({
  fault,
  runs: 5,
  told: 812.4,
  by: 'state',
  back: 2345.6,
  wrong: 0,
  unaccounted: 0,
  delivered: 1000,
  lost: 20,
  faults: [],
  notes: [],
  ...more,
})

const report = (...rows: readonly Row[]): string =>
  writeReport({ machine: '2 cores.', seed: 7, command: 'npm run chaos -- --seed 7', rows })

describe('the report', () => {
  it('says where, with which seed and by which command it was made, and the worst of all runs beside its limit', () => {
    const text = report(row())
    expect(text).toContain('Run on 2 cores. Seed 7: `npm run chaos -- --seed 7`.')
    expect(text).toMatch(
      /\| kill-adapter +\| .*\| 5 +\| 0\.81 s +\| 3\.00 s +\| 2\.35 s +\| 10\.00 s +\| 0 +\| 0 +\| kept/,
    )
    expect(text).not.toContain('missed')
  })

  it.each([
    ['a wrong frame', { wrong: 1 }, '1 wrong frames'],
    ['a tick nobody was told of', { unaccounted: 3 }, '3 ticks unaccounted for'],
    ['a limit', { faults: ['told after 4000 ms, limit 3000'] }, 'told after 4000 ms, limit 3000'],
  ])('names %s, and the promise that it breaks', (_what, more, words) => {
    expect(isKept(row(more))).toBe(false)
    const text = report(row(more))
    expect(text).toContain(`- kill-adapter: ${words}`)
    expect(text).toMatch(/\| P8 .*\*\*missed\*\* by `kill-adapter`/)
  })

  it('names what was not run, and why', () => {
    const text = report(row({ runs: 0, told: undefined, back: undefined, absent: 'it needs root' }))
    expect(text).toContain('- kill-adapter: it needs root')
    expect(text).toMatch(/\| kill-adapter .*not run/)
  })
})

describe('what can be asked for', () => {
  it('are faults by their names, each of which there is once', () => {
    const names = chosen(undefined).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(chosen('mute,kill-bus').map(({ name }) => name)).toEqual(['kill-bus', 'mute'])
    expect(() => chosen('mutes')).toThrow(/no fault mutes; there are kill-adapter, /)
  })

  it.each([
    ['10M', 10_000_000],
    ['500k', 500_000],
    ['42', 42],
  ])('are ticks as %s', (text, count) => {
    expect(countOf(text)).toBe(count)
  })

  it('are not no ticks', () => {
    expect(() => countOf('many')).toThrow(/--ticks/)
  })
})
