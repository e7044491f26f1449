import { describe, expect, it } from 'vitest'
import { afterDeath, type Cause, causeOf, type History, UNTROUBLED, type Verdict } from '../../scripts/restart.ts'

/** Verdicts on deaths that follow each other at these times, each life lasting since the one before. */
function verdicts(times: readonly number[], cause: Cause = 'unknown', ready = true): Verdict[] {
  let history: History = UNTROUBLED
  return times.map((at, nth) => {
    const step = afterDeath(history, { at, aliveMs: at - (times[nth - 1] ?? 0), ready, cause })
    history = step.history
    return step.verdict
  })
}

const pauses = (all: readonly Verdict[]) => all.map(one => (one.kind === 'park' ? 'park' : one.pauseMs))

describe('the restart policy', () => {
  it('brings back a process that died once after a tenth of a second', () => {
    expect(pauses(verdicts([1000]))).toEqual([100])
  })

  it('doubles the pause with each death and parks at the fifth within a minute', () => {
    expect(pauses(verdicts([1000, 2000, 3000, 4000, 5000]))).toEqual([100, 200, 400, 800, 'park'])
  })

  it('counts only the deaths of the last minute, and brings back at once what had worked for a while', () => {
    const every16s = [1, 2, 3, 4, 5, 6, 7].map(nth => nth * 16_000)
    expect(pauses(verdicts(every16s))).toEqual([100, 100, 100, 100, 100, 100, 100])
  })

  it('parks what died five times in a row before it was ready, however long each start took', () => {
    const every20s = [1, 2, 3, 4, 5].map(nth => nth * 20_000)
    expect(pauses(verdicts(every20s, 'unknown', false))).toEqual([100, 200, 400, 800, 'park'])
    expect(pauses(verdicts(every20s, 'passes', false))).toEqual([100, 200, 400, 800, 1600])
  })

  it('counts failed starts from the beginning after one that went well', () => {
    let history: History = UNTROUBLED
    const die = (nth: number, ready: boolean) => {
      const step = afterDeath(history, { at: nth * 20_000, aliveMs: 20_000, ready, cause: 'unknown' })
      history = step.history
      return step.verdict.kind
    }
    const readies = [false, false, false, false, true, false, false, false, false]
    expect(readies.map((ready, nth) => die(nth, ready))).not.toContain('park')
    expect(die(readies.length, false)).toBe('park')
  })

  it('forgets everything after a minute of life', () => {
    expect(pauses(verdicts([1000, 2000, 62_000, 63_000]))).toEqual([100, 200, 100, 200])
  })

  it('parks at the first death whose cause needs a person', () => {
    expect(pauses(verdicts([1000], 'stays'))).toEqual(['park'])
  })

  it('takes a wrong setting for a cause that stays, a taken port and a full disk for causes that pass', () => {
    for (const code of ['CONFIG_INVALID', 'ADAPTER_UNKNOWN', 'STORE_NEWER'] as const)
      expect(causeOf(code)).toBe('stays')
    for (const code of ['PORT_TAKEN', 'FOLDER_UNUSABLE', 'ALREADY_RUNNING', 'STORE_BUSY', 'BUS_UNAVAILABLE'] as const)
      expect(causeOf(code)).toBe('passes')
    for (const code of ['UNEXPECTED', 'SOURCE_FAILED', undefined] as const) expect(causeOf(code)).toBe('unknown')
  })

  it('never parks for a cause outside the process, and pauses no longer than 5 s', () => {
    const everySecond = Array.from({ length: 9 }, (_, nth) => nth * 1000)
    expect(pauses(verdicts(everySecond, 'passes'))).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
  })
})
