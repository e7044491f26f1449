import { expect, it } from 'vitest'
import { SilenceWatch } from '../../../adapters/runtime/silence.ts'

/** A watch that was asked at 0 and saw a tick every `everyMs` until `untilMs`. */
function watch(everyMs: number, untilMs: number): SilenceWatch {
  const silence = new SilenceWatch(0)
  for (let at = everyMs; at <= untilMs; at += everyMs) silence.ticked(at)
  return silence
}

it('says nothing for half a minute', () => {
  expect(watch(100, 60_000).judge(87_999, true)).toBe('none')
})

it('suspects a stop of many ticks while the market trades, and calls it quiet when it does not', () => {
  expect(watch(100, 60_000).judge(88_000, true)).toBe('suspect')
  expect(watch(100, 60_000).judge(88_000, false)).toBe('quiet')
})

it('does not suspect an instrument that ticks twice in a minute, at any hour', () => {
  expect(watch(30_000, 600_000).judge(640_000, true)).toBe('quiet')
})

it('suspects a broker that has never answered what was asked', () => {
  expect(new SilenceWatch(0).judge(28_000, true)).toBe('suspect')
  const silence = watch(100, 60_000)
  silence.asked(70_000)
  expect(silence.judge(97_000, true)).toBe('none')
  expect(silence.judge(98_000, true)).toBe('suspect')
})

it('forgets the ticks of more than two minutes ago', () => {
  const silence = watch(100, 60_000)
  silence.ticked(200_000)
  expect(silence.judge(230_000, true)).toBe('quiet')
})
