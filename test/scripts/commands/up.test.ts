import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryPath } from '../../support/datafolder.ts'
import { type Command, eventually, isAlive, System } from '../../support/system.ts'

/** A system with a feed HUNG, whose adapter hangs when it is loaded; resolves while `tickwire up` waits for it. */
async function startHanging(how: string): Promise<System> {
  const adapter = temporaryPath()
  const isHanging = join(adapter, 'hanging')
  const manifest = `
    import { existsSync, writeFileSync } from 'node:fs'
    if (existsSync(${JSON.stringify(`${adapter}/hang`)})) {
      writeFileSync(${JSON.stringify(isHanging)}, '')
      ${how}
    }
    const gold = { exchange: 'MCX', symbol: 'GOLD', token: '1', brokerSymbol: 'GOLD', name: 'Gold', kind: 'FUT' }
    export default ({ z }) => ({
      name: 'hung', title: 'Hung', label: 'simulated', modes: ['LTP'], settings: z.object({}),
      instruments: () => [gold], async *source() {},
    })`
  writeFileSync(join(adapter, 'manifest.mjs'), manifest)
  const system = new System()
  onTestFinished(() => system.remove())
  expect((await system.run('adapter', 'add', 'HUNG', '--path', adapter)).code).toBe(0)
  writeFileSync(join(adapter, 'hang'), '')
  system.up = system.start(['up', '--port', 'auto'])
  onTestFinished(() => void system.up.child.kill('SIGKILL'))
  await eventually(() => existsSync(isHanging) && states(system).SIMULATOR === 'running')
  rmSync(isHanging)
  return system
}

const WAITS = 'await new Promise(() => {})'

/** Each process of `tickwire up` with its state. */
const states = (system: System): Record<string, string> =>
  Object.fromEntries(system.facts().children.map(({ name, state }) => [name, state]))

const banner = (up: Command) => up.out.includes('tickwire tail')

describe('tickwire up with a feed that hangs while it starts', () => {
  it.each([
    ['SIGTERM', WAITS],
    ['SIGINT', WAITS],
    ['SIGTERM', 'for (;;);'],
  ] as const)('ends tidily and at once on %s: %s', async (signal, how) => {
    const system = await startHanging(how)
    const pids = system.facts().children.map(({ pid = 0 }) => pid)
    const { code, out, err } = await system.up.stop(signal)
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).not.toMatch(/^error|"level":"(warn|error|fatal)"/m)
    expect(pids).toHaveLength(4)
    expect(pids.filter(isAlive)).toEqual([])
    for (const left of ['up', 'proxy', 'bus']) expect(system.runFile(left)).toBeUndefined()
    expect(existsSync(join(system.folder, 'run', 'up.lock.pid'))).toBe(false)
  })

  it('follows every other change meanwhile, and greets when the one that hangs is removed', async () => {
    const system = await startHanging(WAITS)
    await system.run('adapter', 'add', 'NEW', '--adapter', 'simulator')
    await system.run('adapter', 'remove', 'SIMULATOR', '--yes')
    await eventually(() => states(system).NEW === 'running' && !('SIMULATOR' in states(system)))
    expect(states(system).HUNG).toBe('starting')
    expect(banner(system.up)).toBe(false)
    await system.run('adapter', 'remove', 'HUNG', '--yes')
    await eventually(() => banner(system.up))
    expect(states(system)).toEqual({ bus: 'running', proxy: 'running', NEW: 'running' })
    expect((await system.up.stop()).code).toBe(0)
  })
})

describe('tickwire up with a section of a feed that was removed', () => {
  it('starts all the same, and says in one line that nobody reads it', async () => {
    const system = await System.start('[feeds.OLD]\nrate = 5\n')
    onTestFinished(() => system.close())
    expect(states(system).SIMULATOR).toBe('running')
    expect(system.up.err).toMatch(/^warning: feeds\.OLD \(.*tickwire\.toml\) is not used: .*adapter add OLD$/m)
  })
})
