import { describe, expect, it } from 'vitest'
import { Patience } from '../../../../adapters/runtime/session/patience.ts'
import { type ErrorCode, TickwireError } from '../../../../shared/errors.ts'

const ending = (code: ErrorCode) => ({
  error: new TickwireError(code, 'over'),
  tries: 1,
  outageMs: 0,
  retryAfterMs: undefined,
})

describe('the pause after a session was taken', () => {
  it("is the broker's own for that, and other ends have theirs", () => {
    const patience = new Patience({ afterEndMs: 100, afterTakenMs: 5000 }, () => 0)
    expect(patience.pause(ending('BROKER_UNREACHABLE'), 0)).toBe(100)
    expect(patience.pause(ending('SESSION_TAKEN'), 1000)).toBe(5000)
    expect(patience.bound(1000)).toMatchObject({ ms: 5000 })
  })

  it('is a minute where that comes again within one', () => {
    const patience = new Patience({ afterTakenMs: 5000 }, () => 0)
    expect([0, 30_000, 100_000, 300_000].map(at => patience.pause(ending('SESSION_TAKEN'), at))).toEqual([
      5000, 60_000, 60_000, 5000,
    ])
  })
})
