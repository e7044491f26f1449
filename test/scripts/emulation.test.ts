import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { EmulatedSystem } from '../support/emulated.ts'
import { eventually, Processes } from '../support/system.ts'

const systems: { close?: () => Promise<void>; remove: () => void }[] = []
afterEach(async () => {
  for (const one of systems.splice(0)) await (one.close?.() ?? one.remove())
})

describe('tickwire up --emulate', () => {
  it('touches nothing of the accounts and keys there are, and can be looked at like any other system', async () => {
    const system = new EmulatedSystem()
    systems.push(system)
    const outer = join(system.folder, '..')
    const real = (...args: string[]) => system.run('--data-dir', outer, ...args)
    expect((await real('key', 'create', 'mine')).code).toBe(0)
    const before = (await real('key', 'list', '--format', 'json')).out
    await system.again('zerodha')
    expect((await real('key', 'list', '--format', 'json')).out).toBe(before)
    expect((await real('account', 'list')).out).not.toContain('ZERODHA')
    expect((await real('adapter', 'list', '--format', 'json')).out).not.toContain('ZERODHA')
    expect((await system.run('adapter', 'list', '--format', 'json')).out).toContain('"name":"ZERODHA"')
    const accounts = JSON.parse((await system.run('account', 'list', '--format', 'json')).out)
    expect(accounts).toMatchObject({ name: 'ZERODHA', login: 'valid' })
    expect(system.child('emulators')).toMatchObject({ kind: 'emulators', state: 'running' })
    const nothing = await real('status')
    expect(nothing.code).toBe(4)
    expect(nothing.err).toContain(
      `next: tickwire up; or, for the emulated system that runs in it: tickwire --data-dir ${system.folder} status`,
    )
    const simulator = JSON.parse((await system.run('adapter', 'list', '--format', 'json')).out.split('\n')[0] ?? '')
    expect(simulator).toMatchObject({ name: 'SIMULATOR', enabled: false })
  }, 60_000)

  it('started again for others, leaves an account without a broker alone', async () => {
    const system = await EmulatedSystem.startEmulated('zerodha')
    systems.push(system)
    await system.enters('zerodha', 'live')
    const added = await system.run('adapter', 'disable', 'ZERODHA')
    expect(added.code).toBe(0)
    await system.up.stop()
    await system.again('zerodha')
    // What is asked for by name runs, whatever was there before.
    await system.enters('zerodha', 'live')
  }, 60_000)

  it.each([
    ['kite', 'USAGE', 'kite is no emulated broker. Emulated brokers: '],
    ['zerodha,fyres', 'USAGE', 'fyres is no emulated broker; did you mean fyers? Emulated brokers: '],
    ['', 'USAGE', 'Emulated brokers: '],
  ])(
    '%j is refused with what there is',
    async (brokers, code, words) => {
      const processes = new Processes()
      systems.push(processes)
      const said = await processes.run('up', '--emulate', brokers, '--port', 'auto')
      expect(said.code).toBe(2)
      expect(said.err).toContain(`error ${code}: `)
      expect(said.err).toContain(words)
      expect(said.err).toContain('next: tickwire up --emulate all, or names with commas between')
      expect(said.err).not.toContain('npm run')
      expect(existsSync(join(processes.folder, 'control.db'))).toBe(false)
    },
    30_000,
  )

  it('is refused where the configuration would lead an emulated account to a real broker', async () => {
    const processes = new Processes()
    systems.push(processes)
    const file = join(processes.folder, 'other.toml')
    writeFileSync(file, '[feeds.ZERODHA]\nexpect_ticks = "calendar"\n')
    const said = await processes.run('--config', file, 'up', '--emulate', 'zerodha', '--port', 'auto')
    expect(said.err).toContain('error CONFIG_INVALID: [feeds.ZERODHA] would lead the emulated account elsewhere')
    expect(said.err).toContain(`take it out of ${file}`)
  }, 30_000)

  it('says nothing of what the accounts are opened with', async () => {
    const system = await EmulatedSystem.startEmulated('zerodha')
    systems.push(system)
    await system.enters('zerodha', 'live')
    const outer = join(system.folder, '..')
    const nothing = await system.run('--data-dir', outer, 'status')
    expect(nothing.err).toContain('nothing was started')
    expect(nothing.err).toContain(`tickwire --data-dir ${system.folder} status`)
    const said = await system.up.stop()
    expect((await system.run('--data-dir', outer, 'status')).err).not.toContain('emulated')
    expect(said.out + said.err).not.toMatch(/emulatedkey|emulatedsecret/)
  }, 60_000)
})

it('the emulated brokers are built along, their tests are not', async () => {
  const built = join(import.meta.dirname, '../../dist/test/emulators')
  await eventually(() => existsSync(join(built, 'main.js')))
  expect(existsSync(join(built, 'main.test.js'))).toBe(false)
  const { files } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  expect(files).toContain('dist')
})
