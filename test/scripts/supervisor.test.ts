import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ChildSpec } from '../../scripts/child.ts'
import type { ChildFacts, Happening, UpFacts } from '../../scripts/facts.ts'
import { Supervisor } from '../../scripts/supervisor.ts'
import { type Clock, ManualClock, systemClock } from '../../shared/clock.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { eventually, isAlive } from '../support/system.ts'

function open(clock: Clock = systemClock) {
  const happenings: Happening[] = []
  const saved: UpFacts[] = []
  const supervisor: Supervisor = new Supervisor(clock, happening => {
    saved.push(supervisor.facts())
    if (happening) happenings.push(happening)
  })
  onTestFinished(() => supervisor.kill())
  const file = join(temporaryPath(), 'ends')
  const spec = (name: string, behaviour: string, kind: ChildSpec['kind'] = 'adapter'): ChildSpec => ({
    name,
    kind,
    script: fileURLToPath(new URL('../support/child.mjs', import.meta.url)),
    args: () => [name, behaviour, file],
    env: {},
  })
  const child = (name: string) => supervisor.facts().children.find(one => one.name === name)
  const ends = () => readFileSync(file, 'utf8').trim().split('\n')
  return { supervisor, happenings, saved, spec, child, ends }
}

/** Of a child that runs. */
const pidOf = (child: ChildFacts | undefined): number => {
  if (child?.pid === undefined) throw new Error('it does not run')
  return child.pid
}

describe('the supervisor', () => {
  it('resolves a start when the process is ready, and knows what it said', async () => {
    const { supervisor, spec, child } = open()
    await supervisor.start(spec('A', 'stays'))
    expect(child('A')).toMatchObject({ state: 'running', restarts: 0 })
    expect(supervisor.details('A')).toEqual({ name: 'A' })
  })

  it('brings back a killed process within 2 s and keeps how it ended', async () => {
    const { supervisor, spec, child, happenings } = open()
    await supervisor.start(spec('A', 'stays'))
    const before = pidOf(child('A'))
    process.kill(before, 'SIGKILL')
    await eventually(() => child('A')?.state === 'running' && pidOf(child('A')) !== before, 2000)
    expect(child('A')).toMatchObject({ restarts: 1, lastExit: { signal: 'SIGKILL', reason: 'killed by SIGKILL' } })
    expect(happenings.map(one => one.text)).toEqual([
      'running',
      'died: killed by SIGKILL; starts again in 100 ms',
      'back',
    ])
  })

  it('parks a process that died five times within a minute, with the reason', async () => {
    const { supervisor, spec, child } = open()
    await expect(supervisor.start(spec('A', 'dies'))).rejects.toThrow('exit code 3')
    await eventually(() => child('A')?.state === 'parked', 10_000)
    expect(child('A')).toMatchObject({ restarts: 4, lastExit: { code: 3, reason: 'exit code 3' } })
    expect(child('A')?.pid).toBeUndefined()
    expect(supervisor.facts().events.at(-1)?.text).toBe(
      'parked after 5 deaths within a minute, the last: exit code 3; once mended: tickwire adapter enable A',
    )
  })

  it('hands on the error a process could not start for', async () => {
    const { supervisor, spec, child } = open()
    await expect(supervisor.start(spec('A', 'refuses'))).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: 'Port 1 is taken',
      next: 'use another',
    })
    expect(child('A')).toMatchObject({ state: 'restarting', lastExit: { reason: 'PORT_TAKEN: Port 1 is taken' } })
  })

  it('parks at once what could not start for a cause that stays', async () => {
    const { supervisor, spec, child, happenings } = open()
    await expect(supervisor.start(spec('A', 'misset'))).rejects.toThrow('rate is 0')
    expect(child('A')).toMatchObject({ state: 'parked', restarts: 0 })
    expect(happenings.map(one => one.text)).toEqual([
      'parked because trying again cannot help: CONFIG_INVALID: rate is 0; once mended: tickwire adapter enable A',
    ])
  })

  it('tells of the process id of every life before it is ready, so that nobody is left behind unknown', async () => {
    const { supervisor, spec, saved } = open()
    const first = supervisor.start(spec('A', 'stays'))
    const pid = pidOf(saved.at(-1)?.children[0])
    expect(saved.at(-1)?.children).toMatchObject([{ state: 'starting' }])
    await first
    process.kill(pid, 'SIGKILL')
    const second = () => saved.find(({ children: [one] }) => one?.state === 'restarting' && one.pid !== undefined)
    await eventually(() => second() !== undefined)
    expect(pidOf(second()?.children[0])).not.toBe(pid)
  })

  it('kills a running process that says nothing for 5 s, and starts another', async () => {
    const clock = new ManualClock()
    const { supervisor, spec, child, happenings } = open(clock)
    await supervisor.start(spec('A', 'mute'))
    const before = pidOf(child('A'))
    clock.advance(5000)
    await eventually(() => child('A')?.state === 'restarting')
    expect(child('A')?.lastExit).toMatchObject({ signal: 'SIGKILL', reason: 'killed: did not answer for 5 s' })
    expect(happenings.at(-1)?.text).toBe('killed: did not answer for 5 s; starts again in 100 ms')
    clock.advance(100)
    await eventually(() => child('A')?.state === 'running')
    expect(pidOf(child('A'))).not.toBe(before)
  })

  it('kills nobody for a pause of its own: everyone has 5 s again after it', async () => {
    const clock = new ManualClock()
    const { monotonic } = clock
    let away = 0
    clock.monotonic = () => monotonic() + away
    const { supervisor, spec, child, ends } = open(clock)
    await supervisor.start(spec('A', 'mute'))
    away = 60_000
    clock.advance(4500)
    // A process that was killed answers nothing.
    process.kill(pidOf(child('A')), 'SIGUSR2')
    await eventually(() => ends().includes('here'))
    clock.advance(1000)
    await eventually(() => child('A')?.lastExit?.reason === 'killed: did not answer for 5 s')
  })

  it('kills a process that is not ready after 20 s', async () => {
    const clock = new ManualClock()
    const { supervisor, spec } = open(clock)
    const started = supervisor.start(spec('A', 'starts'))
    clock.advance(20_000)
    await expect(started).rejects.toThrow('killed: was not ready after 20 s')
  })

  it('parks a process that hangs in each of five starts', async () => {
    const clock = new ManualClock()
    const { supervisor, spec, child } = open(clock)
    const first = supervisor.start(spec('A', 'starts')).catch(() => {})
    for (const pauseMs of [100, 200, 400, 800]) {
      clock.advance(20_000)
      await eventually(() => child('A')?.state === 'restarting' && child('A')?.pid === undefined)
      clock.advance(pauseMs)
    }
    await first
    clock.advance(20_000)
    await eventually(() => child('A')?.state === 'parked')
    expect(supervisor.facts().events.at(-1)?.text).toBe(
      'parked after 5 starts in a row that failed, the last: killed: was not ready after 20 s; ' +
        'once mended: tickwire adapter enable A',
    )
  })

  it('takes a process that cannot even be forked for one that died', async () => {
    const clock = new ManualClock()
    const { supervisor, spec, child } = open(clock)
    // As when memory is short, the failure is thrown, not told.
    const impossible = { ...spec('A', 'stays'), script: 'no\0file' }
    await expect(supervisor.start(impossible)).rejects.toThrow('null bytes')
    for (const pauseMs of [100, 200, 400, 800]) {
      expect(child('A')).toMatchObject({ state: 'restarting', lastExit: { reason: expect.stringContaining('null') } })
      clock.advance(pauseMs)
    }
    expect(child('A')).toMatchObject({ state: 'parked', restarts: 4 })
  })

  it('stops the proxy first, then the adapters, then the bus', async () => {
    const { supervisor, spec, ends } = open()
    await supervisor.start(spec('bus', 'stays', 'bus'))
    await supervisor.start(spec('A', 'stays'))
    await supervisor.start(spec('proxy', 'stays', 'proxy'))
    await supervisor.close()
    expect(ends()).toEqual(['proxy', 'A', 'bus'])
    expect(supervisor.facts().children.map(one => one.state)).toEqual(['stopped', 'stopped', 'stopped'])
  })

  it('kills what does not stop within its time', async () => {
    const { supervisor, spec, child } = open()
    await supervisor.start(spec('A', 'stubborn'))
    const pid = pidOf(child('A'))
    await supervisor.close()
    expect(isAlive(pid)).toBe(false)
  })

  it('kills after a second what was told to end before it was ready', async () => {
    const clock = new ManualClock()
    const { supervisor, spec, child, ends } = open(clock)
    const started = supervisor.start(spec('A', 'deaf')).catch((error: Error) => error.message)
    const pid = pidOf(child('A'))
    await eventually(() => ends().includes('here'))
    const stopped = supervisor.stop('A')
    clock.advance(1000)
    await stopped
    expect(isAlive(pid)).toBe(false)
    // Nobody waits for a start that will not come.
    expect(await started).toBe('The A process was stopped before it was ready')
  })

  it('forgets a process that was stopped by name, and says so', async () => {
    const { supervisor, spec, child, happenings, saved } = open()
    await supervisor.start(spec('A', 'stays'))
    await supervisor.stop('A')
    expect(child('A')).toBeUndefined()
    expect(saved.at(-1)?.children).toEqual([])
    expect(happenings.at(-1)).toMatchObject({ name: 'A', text: 'stopped' })
  })

  it('stops a process that waits for its next life', async () => {
    const { supervisor, spec, child } = open()
    await supervisor.start(spec('A', 'dies')).catch(() => {})
    await supervisor.close()
    expect(child('A')).toMatchObject({ state: 'stopped' })
  })
})
