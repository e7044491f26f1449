import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ChildSpec } from '../../scripts/child.ts'
import { type ChildFacts, type Happening, isAlive } from '../../scripts/facts.ts'
import { Supervisor } from '../../scripts/supervisor.ts'
import { systemClock } from '../../shared/clock.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { eventually } from '../support/system.ts'

function open() {
  const happenings: Happening[] = []
  const supervisor = new Supervisor(systemClock, happening => happenings.push(happening))
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
  return { supervisor, happenings, spec, child, ends }
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
    expect(supervisor.facts().events.at(-1)?.text).toBe('parked after 5 deaths within a minute, the last: exit code 3')
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

  it('forgets a process that was stopped by name', async () => {
    const { supervisor, spec, child, happenings } = open()
    await supervisor.start(spec('A', 'stays'))
    await supervisor.stop('A')
    expect(child('A')).toBeUndefined()
    expect(happenings.at(-1)).toMatchObject({ name: 'A', text: 'stopped' })
  })

  it('stops a process that waits for its next life', async () => {
    const { supervisor, spec, child } = open()
    await supervisor.start(spec('A', 'dies')).catch(() => {})
    await supervisor.close()
    expect(child('A')).toMatchObject({ state: 'stopped' })
  })
})
