import { expect, it } from 'vitest'
import { countFailure, judge, judgeGap } from '../../../adapters/runtime/failure.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { Secret } from '../../../shared/secret.ts'
import { LoginNeeded } from './rig.ts'

const unforeseen = new Error('oops')

it('lets a failure wait longer each time, up to 30 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].map(failures => judge(unforeseen, failures).pauseMs)).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ])
})

it.each([
  ['nobody foresaw', unforeseen, 'SOURCE_FAILED: oops'],
  ['says that trying again can help', new TickwireError('BUS_UNAVAILABLE', 'away'), 'BUS_UNAVAILABLE: away'],
])('never gives up on an error that %s, and tells how often it came', (_, error, reason) => {
  expect(judge(error, 1)).toEqual({ state: 'down', reason, pauseMs: 500 })
  expect(judge(error, 2)).toEqual({ state: 'down', reason: `${reason} (2 times in a row)`, pauseMs: 1000 })
  expect(judge(error, 5000)).toEqual({ state: 'down', reason: `${reason} (5000 times in a row)`, pauseMs: 30_000 })
})

it('gives up at once on an error that says that trying again is of no use, or needs a person to log in', () => {
  expect(judge(new TickwireError('CONFIG_INVALID', 'rate'), 1)).toEqual({
    state: 'parked',
    reason: 'CONFIG_INVALID: rate',
  })
  expect(judge(new LoginNeeded(), 3)).toEqual({ state: 'auth_required', reason: 'SOURCE_FAILED: the session is over' })
})

it('names whatever was thrown in one line that ends with how often', () => {
  expect(judge('just a\n text', 1).reason).toBe('SOURCE_FAILED: just a text')
  expect(judge(new Error(), 1).reason).toBe('SOURCE_FAILED: no message')
  const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') })
  expect(judge(refused, 1).reason).toBe('SOURCE_FAILED: fetch failed: connect ECONNREFUSED 127.0.0.1:9')
  expect(judge(new TickwireError('CONFIG_INVALID', 'first\nsecond'), 1).reason).toBe('CONFIG_INVALID: first second')
  const { reason } = judge(new Error('x'.repeat(2000)), 12)
  expect(reason).toMatch(/x \(12 times in a row\)$/)
  expect(reason.length).toBeLessThan(500)
})

it('trusts a source that had worked for 10 s before its process saw nothing, and forgets its failures after a minute', () => {
  const gap = { ms: 2540, clock: 'process' } as const
  const reason = 'its process stood still for 2.5 s'
  expect(judgeGap(gap, 0, 9999)).toEqual({ state: 'down', reason, pauseMs: 500, failures: 1 })
  expect(judgeGap(gap, 0, 10_000)).toEqual({ state: 'down', reason, pauseMs: 0, failures: 0 })
  expect(judgeGap(gap, 3, 10_000)).toMatchObject({ pauseMs: 0, failures: 3 })
  expect(judgeGap(gap, 3, 60_000)).toMatchObject({ pauseMs: 0, failures: 0 })
  expect(judgeGap(gap, 3, 0)).toEqual({
    state: 'down',
    reason: `${reason} (4 times in a row)`,
    pauseMs: 4000,
    failures: 4,
  })
})

it('begins to count anew after a run that lasted a minute', () => {
  expect(countFailure(0, 0)).toBe(1)
  expect(countFailure(7, 59_999)).toBe(8)
  expect(countFailure(7, 60_000)).toBe(1)
})

it('masks what is secret before it cuts a message', () => {
  const token = new Secret('canary-of-the-feed')
  expect(judge(new Error(`${'x'.repeat(395)}canary-of-the-feed`), 1).reason).toBe(
    `SOURCE_FAILED: ${'x'.repeat(395)}[reda`,
  )
  token.forget()
})
