import { describe, expect, it, onTestFinished } from 'vitest'
import type { Check } from '../../../scripts/checks/check.ts'
import { PARKED, SILENT_FEED, StandIn } from '../../support/standin.ts'
import { eventually } from '../../support/system.ts'

/** An address of this machine that no other test has. */
const host = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}`

/** The checks of `doctor`, by name. */
async function examine(there: StandIn): Promise<Map<string, Check>> {
  const lines = (await there.run('doctor', '--json')).out.trim().split('\n')
  return new Map(lines.map(line => JSON.parse(line)).map((check: Check) => [check.check, check]))
}

describe('tickwire doctor', () => {
  it('judges the bus that runs, warns where the configuration says another, and forgets one that is gone', async () => {
    const there = await StandIn.start(SILENT_FEED, PARKED)
    const bus = there.start(['bus'], { ZMQ_HOST: host })
    onTestFinished(() => void bus.child.kill('SIGKILL'))
    await eventually(() => there.runFile('bus') !== undefined)
    const checks = await examine(there)
    expect(checks.get('bus')).toMatchObject({ verdict: 'ok', detail: `tcp://${host}:5555 answers` })
    expect(checks.get('bus address')).toMatchObject({
      verdict: 'warn',
      detail: expect.stringMatching(new RegExp(`tcp://${host}:5555 \\(process ${bus.child.pid}\\).* ipc://`)),
      fix: expect.stringContaining('ZMQ_PORT'),
    })
    expect((await bus.stop()).code).toBe(0)
    expect(there.runFile('bus')).toBeUndefined()
    const after = await examine(there)
    expect(after.get('bus address')).toMatchObject({ verdict: 'ok', detail: expect.stringMatching(/^ipc:/) })
    expect(after.get('bus')).toMatchObject({
      verdict: 'fail',
      detail: expect.stringMatching(/^ipc:.* does not answer$/),
    })
    expect(after.get('feed A')).toMatchObject({
      verdict: 'fail',
      detail: 'parked, no tick yet: CONFIG_INVALID: one\ntwo',
      fix: 'mend the cause, then: tickwire adapter enable A',
    })
  })

  it('does not believe the run file of a bus that was killed', async () => {
    const there = await StandIn.start(SILENT_FEED)
    const bus = there.start(['bus'], { ZMQ_HOST: host })
    await eventually(() => there.runFile('bus') !== undefined)
    await bus.stop('SIGKILL')
    expect(there.runFile('bus')).toMatchObject({ pid: bus.child.pid })
    expect((await examine(there)).get('bus address')).toMatchObject({ verdict: 'ok' })
  })

  it.each([
    [
      'that nobody has logged in to',
      { state: 'auth_required', reason: 'SESSION_EXPIRED: no' },
      'fail',
      /^tickwire account login A$/,
    ],
    [
      'whose account carries no more',
      { state: 'live', reason: 'SUBSCRIPTION_LIMIT: full' },
      'warn',
      /^want fewer, or .*account add/,
    ],
    ['that is well', { state: 'live', reason: undefined }, 'ok', undefined],
  ])('says of a feed %s what to do', async (_, how, verdict, fix) => {
    const there = await StandIn.start({ ...SILENT_FEED, feeds: [{ ...SILENT_FEED.feeds[0], ...how }] })
    const check = (await examine(there)).get('feed A')
    expect(check?.verdict).toBe(verdict)
    if (fix) expect(check?.fix).toMatch(fix)
  })
})
