import { pino } from 'pino'
import { beforeEach, expect, it, vi } from 'vitest'
import type { FromWorker, ToWorker } from '../../scripts/handover.ts'
import { Workers } from '../../scripts/workers.ts'
import { ManualClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'

/** A process that is not there: the test says what it says and becomes. */
const stand = vi.hoisted(() => ({
  state: 'running',
  restarts: 0,
  said: [] as unknown[],
  hear: (() => {}) as (message: unknown) => void,
  changed: (() => {}) as (text?: string) => void,
}))

vi.mock('../../scripts/child.ts', () => ({
  Child: class {
    readonly ready = Promise.resolve()
    constructor(spec: { hear: (message: unknown) => void }, _: unknown, changed: (text?: string) => void) {
      stand.hear = spec.hear
      stand.changed = changed
    }
    facts = () => ({ state: stand.state, restarts: stand.restarts })
    send = (message: unknown) => stand.said.push(message) > 0
    stop = async () => {}
  },
}))

const admit = (seat: number): FromWorker => {
  const guest = { keyId: 'A', userId: 'alice', address: '192.0.2.1' }
  return { kind: 'questions', from: 0, questions: [{ kind: 'admit', seat, guest }] }
}

/** How many connections of the key there are with this one, or that there is no room. */
const verdict = () => {
  const { verdicts } = stand.said.at(-1) as ToWorker & { kind: 'verdicts' }
  return verdicts[0]?.reached ? 'full' : verdicts[0]?.standing?.key
}

beforeEach(() => {
  stand.said.length = 0
})

it('a worker that has died is given no seat any more, and its next life starts with none', async () => {
  const limits = { ...loadConfig({}, {}).proxy, connectionsPerKey: 2 }
  const spec = () => ({ name: 'proxy-1', kind: 'proxy' as const, script: '', args: () => [], env: {} })
  const log = pino({ enabled: false })
  const workers = new Workers({ count: 1, limits, spec, clock: new ManualClock(), log })
  await workers.start({ host: '127.0.0.1', port: 0 })
  stand.changed('running')
  for (const seat of [1, 2]) stand.hear(admit(seat))
  expect(verdict()).toBe(2)
  stand.state = 'restarting'
  stand.changed('died')
  const answered = stand.said.length
  for (const seat of [1, 2]) stand.hear(admit(seat))
  expect(stand.said).toHaveLength(answered)
  Object.assign(stand, { state: 'running', restarts: 1 })
  stand.changed('back')
  for (const [seat, seats] of [
    [1, 1],
    [2, 2],
    [3, 'full'],
  ] as const) {
    stand.hear(admit(seat))
    expect(verdict()).toBe(seats)
  }
  await workers.close()
})
