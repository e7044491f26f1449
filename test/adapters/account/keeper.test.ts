import { afterEach, expect, it } from 'vitest'
import { ListKeeper } from '../../../adapters/account/keeper.ts'
import type { Standing } from '../../../adapters/runtime/session/standing.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { keptLog } from '../../support/log.ts'
import { pass } from '../runtime/rig.ts'

const MORNING = Date.parse('2026-11-24T08:00:00+05:30')
const gone = new TickwireError('BROKER_UNREACHABLE', 'no answer from api.example')
const tooMany = new TickwireError('BROKER_RATE_LIMITED', 'HTTP 429')
let keeper: ListKeeper | undefined
afterEach(() => keeper?.close())

interface Start {
  writtenAt?: number
  now?: number
  away?: boolean
  error?: TickwireError
}

/** A keeper at eight in the morning; `sync` writes the list unless the broker is away. */
function keep({ writtenAt, now = MORNING, away = false, error = gone }: Start = {}) {
  const clock = new ManualClock(now)
  const state = { writtenAt, away, syncs: 0, changed: 0, isOther: false, login: undefined as string | undefined }
  const standings: (Standing | undefined)[] = []
  const notes: (string | undefined)[] = []
  keeper = new ListKeeper({
    writtenAt: () => state.writtenAt,
    login: () => state.login,
    async sync() {
      state.syncs++
      if (state.away) throw error
      state.writtenAt = clock.now()
    },
    look: () => state.isOther,
    listener: {
      changed: () => state.changed++,
      unlisted: standing => standings.push(standing),
      aged: note => notes.push(note),
    },
    random: () => 0.5,
    clock,
    log: keptLog().log,
  })
  return { clock, state, last: () => standings.at(-1), note: () => notes.at(-1) }
}

const yesterday = Date.parse('2026-11-23T09:00:00+05:30')

it('fetches a list at once when there is none, and says so meanwhile', async () => {
  const { clock, state, last } = keep()
  expect(last()).toEqual({ state: 'starting', reason: 'fetching the list of instruments' })
  await pass(clock, 1000, 100)
  expect(state.syncs).toBe(1)
  expect(last()).toBeUndefined()
})

it('fetches a list that needs a login within a second of it, and no other one sooner than it would', async () => {
  const refused = new TickwireError('SESSION_EXPIRED', 'there is no list without a login')
  const wants = keep({ away: true, error: refused })
  await pass(wants.clock, 600_000, 1000)
  const before = wants.state.syncs
  Object.assign(wants.state, { away: false, login: 'first' })
  await pass(wants.clock, 1000, 100)
  expect([wants.state.syncs, wants.last()]).toEqual([before + 1, undefined])
  keeper?.close()
  const limited = keep({ away: true, error: tooMany })
  await pass(limited.clock, 10_000, 1000)
  limited.state.login = 'first'
  await pass(limited.clock, 10_000, 1000)
  expect(limited.state.syncs).toBe(1)
})

it('leaves the list of today alone', async () => {
  const { clock, state } = keep({ writtenAt: yesterday })
  await pass(clock, 29 * 60_000, 10_000)
  expect(state.syncs).toBe(0)
})

it('fetches the new one within two minutes after 08:30 in India, each account at a time of its own', async () => {
  const { clock, state } = keep({ writtenAt: yesterday })
  await pass(clock, 30 * 60_000 + 50_000, 1000)
  expect(state.syncs).toBe(0)
  await pass(clock, 20_000, 1000)
  expect(state.syncs).toBe(1)
  await pass(clock, 23 * 3_600_000, 60_000)
  expect(state.syncs).toBe(1)
})

it('tries again when that fails, and goes on with the old list, whose expired contracts are left out', async () => {
  const { clock, state, last, note } = keep({ writtenAt: yesterday, now: MORNING + 7_200_000, away: true })
  await pass(clock, 60_000, 500)
  expect(state.syncs).toBeGreaterThan(10)
  expect(state.syncs).toBeLessThan(60)
  expect(last()).toBeUndefined()
  expect(note()).toMatch(/^the list of instruments is of an earlier day; that of today: BROKER_UNREACHABLE: no answer/)
  state.away = false
  await pass(clock, 10_000, 500)
  expect(note()).toBeUndefined()
  const { syncs } = state
  await pass(clock, 60_000, 500)
  expect(state.syncs).toBe(syncs)
})

it('is down for want of a list, with the reason, until it has one', async () => {
  const { clock, state, last } = keep({ away: true })
  await pass(clock, 180_000, 1000)
  expect(last()).toEqual({ state: 'down', reason: expect.stringContaining('BROKER_UNREACHABLE: no answer') })
  state.away = false
  await pass(clock, 60_000, 1000)
  expect(last()).toBeUndefined()
})

it('leaves a broker that says "too many" alone for a minute', async () => {
  const { clock, state } = keep({ away: true, error: tooMany })
  await pass(clock, 59_000, 500)
  expect(state.syncs).toBe(1)
  state.away = false
  await pass(clock, 10_000, 500)
  expect(state.syncs).toBe(2)
})

it('does not serve a list of more than four days ago', async () => {
  const { last, clock } = keep({ writtenAt: MORNING - 5 * 86_400_000, away: true })
  await pass(clock, 1000, 100)
  expect(last()?.state).toBe('down')
})

it('tells when somebody else has replaced the list', () => {
  const { clock, state } = keep({ writtenAt: yesterday })
  state.isOther = true
  clock.advance(1000)
  expect(state.changed).toBe(1)
})
