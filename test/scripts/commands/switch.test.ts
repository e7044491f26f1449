import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryPath } from '../../support/datafolder.ts'
import { expectFailure } from '../../support/said.ts'
import { Command, eventually, System } from '../../support/system.ts'

let system: System

beforeAll(async () => {
  system = await System.start()
})

afterAll(() => system?.close())

const adapter = (...args: string[]) => system.run('adapter', ...args)
const find = (name: string) => system.facts().children.find(child => child.name === name)
/** Waits until the process of a feed is in this state, or gone. */
const reaches = (name: string, state?: string) => eventually(() => find(name)?.state === state)

/** What `adapter list` says of a feed. */
async function listed(name: string): Promise<{ readonly state?: string; readonly reason?: string }> {
  const rows = (await adapter('list')).out.trim().split('\n')
  return rows.map(row => JSON.parse(row)).find(row => row.name === name)
}
const isListed = (name: string, state: string) => eventually(async () => (await listed(name)).state === state)

describe('tickwire adapter disable and enable', () => {
  it('stop a feed and start it again, in a running system at once, and only that one', async () => {
    await adapter('add', 'OTHER', '--adapter', 'simulator')
    await reaches('OTHER', 'running')
    const other = find('OTHER')?.pid
    expect(await adapter('disable', 'SIMULATOR')).toMatchObject({
      code: 0,
      err: 'Feed SIMULATOR is disabled; a running system stops it now.\n',
    })
    await reaches('SIMULATOR')
    expect(await listed('SIMULATOR')).toMatchObject({ state: 'disabled', enabled: false })
    expect((await adapter('list', '--format', 'table')).out).toMatch(/^SIMULATOR .* disabled/m)
    expect((await adapter('disable', 'SIMULATOR')).err).toBe('Feed SIMULATOR was disabled already.\n')
    expect((await adapter('add', 'SIMULATOR')).err).toMatch(/it is disabled; next: tickwire adapter enable SIMULATOR/)
    expect(find('SIMULATOR')).toBeUndefined()
    expect((await adapter('enable', 'SIMULATOR')).err).toBe(
      'Feed SIMULATOR is enabled; a running system starts it now.\n',
    )
    await reaches('SIMULATOR', 'running')
    expect(find('OTHER')?.pid).toBe(other)
  })

  it('leave a feed alone that does well', async () => {
    await isListed('SIMULATOR', 'live')
    const { pid } = system.child('SIMULATOR')
    expect((await adapter('enable', 'SIMULATOR')).err).toBe('Feed SIMULATOR is enabled already; it is live.\n')
    await adapter('add', 'LATER', '--adapter', 'simulator')
    await reaches('LATER', 'running')
    expect(system.child('SIMULATOR').pid).toBe(pid)
  })

  it('leave a feed alone whose process runs, also when the proxy says nothing of it', async () => {
    const { pid } = system.child('SIMULATOR')
    const env = { TICKWIRE_API_KEY: 'ab'.repeat(32) }
    const { err } = await system.start(['adapter', 'enable', 'SIMULATOR'], env).done
    expect(err).toBe('Feed SIMULATOR is enabled already; it is running.\n')
    await adapter('add', 'AFTER', '--adapter', 'simulator')
    await reaches('AFTER', 'running')
    expect(system.child('SIMULATOR').pid).toBe(pid)
  })

  it('bring a parked feed back once its cause is mended; nothing else does', async () => {
    const config = join(system.folder, 'tickwire.toml')
    await adapter('add', 'SICK', '--adapter', 'simulator')
    await isListed('SICK', 'live')
    writeFileSync(config, '[feeds.SICK]\nrate = 0\n')
    process.kill(system.child('SICK').pid ?? 0, 'SIGKILL')
    await reaches('SICK', 'parked')
    await eventually(() => /SICK parked because .*; once mended: tickwire adapter enable SICK$/m.test(system.up.out))
    writeFileSync(config, '')
    await adapter('add', 'NEXT', '--adapter', 'simulator')
    await reaches('NEXT', 'running')
    expect(await listed('SICK')).toMatchObject({ state: 'parked', reason: expect.stringContaining('rate') })
    expect((await adapter('enable', 'SICK')).err).toBe(
      'Feed SICK is enabled; a running system starts it now. It was parked.\n',
    )
    await reaches('SICK', 'running')
    await isListed('SICK', 'live')
  })

  it('keep the prices of an external feed from everybody, or let them through', async () => {
    await adapter('add', 'EXT', '--external', '--symbols', 'NSE:TCS')
    expect((await adapter('disable', 'EXT')).err).toContain('what its program publishes reaches nobody')
    const known = async () => JSON.parse((await system.run('status', '--json')).out).feeds.map(nameOf)
    await eventually(async () => !(await known()).includes('EXT'))
    expect((await adapter('enable', 'EXT')).err).toContain('its program may publish now')
    await eventually(async () => (await known()).includes('EXT'))
  })

  it('refuse a feed that is not there, and make nothing where nothing was started', async () => {
    for (const word of ['enable', 'disable'])
      expectFailure(await adapter(word, 'NOPE'), 2, /^error FEED_UNKNOWN: .*"NOPE"/, /adapter list/)
    const folder = join(temporaryPath(), 'none')
    const said = await new Command(['--data-dir', folder, 'adapter', 'enable', 'SIMULATOR']).done
    expect(said).toMatchObject({ code: 2, err: expect.stringMatching(/^Nothing was started in /) })
    expect(existsSync(folder)).toBe(false)
  })
})

const nameOf = ({ name }: { readonly name: string }): string => name
