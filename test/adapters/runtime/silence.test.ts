import { expect, it } from 'vitest'
import { SilenceWatch } from '../../../adapters/runtime/silence.ts'
import { equity } from './rig.ts'

const A = equity('A')
const B = equity('B')
const both = () => new Set([A, B])
const thin = () => new Set([B])
const none = () => new Set<typeof A>()

/** A watch that was asked at 0 and saw a tick of A every `everyMs` until `untilMs`. */
function watch(everyMs: number, untilMs: number): SilenceWatch {
  const silence = new SilenceWatch(0)
  for (let at = everyMs; at <= untilMs; at += everyMs) silence.ticked(A, at)
  return silence
}

it('says nothing for half a minute', () => {
  expect(watch(100, 60_000).judge(87_999, both)).toBe('none')
})

it('suspects a stop of many ticks while the market trades, and calls it quiet when it does not', () => {
  expect(watch(100, 60_000).judge(88_000, both)).toBe('suspect')
  expect(watch(100, 60_000).judge(88_000, none)).toBe('quiet')
})

it('does not suspect an instrument that ticks twice in a minute, at any hour', () => {
  expect(watch(30_000, 600_000).judge(640_000, both)).toBe('quiet')
})

it('does not suspect the thin rest when what was busy is let go of, or its market closes', () => {
  expect(watch(100, 60_000).judge(88_000, thin)).toBe('quiet')
})

it('suspects a broker that has never answered what was asked', () => {
  expect(new SilenceWatch(0).judge(28_000, both)).toBe('suspect')
  const silence = watch(30_000, 60_000)
  silence.asked(70_000)
  expect(silence.judge(97_000, both)).toBe('quiet')
  expect(silence.judge(98_000, both)).toBe('suspect')
})

it('is not put off by further wishes', () => {
  const silence = watch(100, 60_000)
  for (const at of [70_000, 80_000]) silence.asked(at)
  expect(silence.judge(88_000, both)).toBe('suspect')
})

it('forgets the ticks of more than two minutes ago, and all when everything is asked for anew', () => {
  const silence = watch(100, 60_000)
  silence.ticked(A, 200_000)
  expect(silence.judge(230_000, both)).toBe('quiet')
  const again = watch(100, 60_000)
  again.restarted(70_000)
  again.ticked(A, 71_000)
  expect(again.judge(99_000, both)).toBe('quiet')
})
