import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adapterFolder } from '../support/adapterfolder.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { expectFailure } from '../support/said.ts'
import { Processes } from '../support/system.ts'

let here: Processes

beforeAll(() => {
  here = new Processes()
})

afterAll(() => here.remove())

describe('tickwire adapter', () => {
  it('refuses an adapter that does not exist, and stores nothing', async () => {
    expectFailure(await here.run('adapter', 'add', 'X', '--adapter', 'nope'), 2, /^error ADAPTER_UNKNOWN: /, /^next: /)
    expect((await here.run('adapter', 'list')).out).not.toContain('"X"')
  })

  it('checks the settings before it stores them', async () => {
    const said = await here.run('adapter', 'add', 'X', '--adapter', 'simulator', '--set', 'rate=0')
    expectFailure(said, 78, /^error CONFIG_INVALID: .*rate/, /^next: /)
  })

  it('takes the same feed twice, and refuses another one of the name', async () => {
    const add = (rate: string) => here.run('adapter', 'add', 'FAST', '--adapter', 'simulator', '--set', `rate=${rate}`)
    const first = await add('7')
    expect(first.code).toBe(0)
    expect((await add('7')).out).toBe(first.out)
    expectFailure(await add('8'), 2, /^error FEED_EXISTS: .*FAST/, /adapter remove FAST/)
    const listed = (await here.run('adapter', 'list')).out.trim().split('\n')
    expect(listed.map(line => JSON.parse(line).name)).toEqual(['FAST', 'SIMULATOR'])
  })

  it('takes the first feed of a new system for the same as one that was added', async () => {
    const { code, out } = await here.run('adapter', 'add', 'SIMULATOR')
    expect(code).toBe(0)
    expect(JSON.parse(out)).not.toHaveProperty('modes')
  })

  it('asks before it removes, where it can, and needs --yes where it cannot', async () => {
    await here.run('adapter', 'add', 'GONE', '--external', '--symbols', 'NSE:TCS')
    expectFailure(await here.run('adapter', 'remove', 'GONE'), 2, /^error USAGE: Remove feed GONE/, /--yes/)
    expect((await here.run('adapter', 'remove', 'GONE', '--yes')).code).toBe(0)
    expectFailure(await here.run('adapter', 'remove', 'GONE', '--yes'), 2, /^error FEED_UNKNOWN: /, /SIMULATOR/)
  })

  it('does not run a feed that is not registered, or that others run', async () => {
    expectFailure(await here.run('adapter', 'run', 'NOPE'), 2, /^error FEED_UNKNOWN: .*NOPE/, /adapter add NOPE/)
    await here.run('adapter', 'add', 'PY', '--external', '--symbols', 'NSE:TCS')
    expectFailure(await here.run('adapter', 'run', 'PY'), 2, /^error USAGE: .*external/, /its? /)
  })

  it('admits an external feed with its symbols and modes, and shows them', async () => {
    const file = join(temporaryPath(), 'symbols')
    writeFileSync(file, '# mine\nNSE:TCS\n\nNSE_INDEX:NIFTY\n')
    const args = [
      '--external',
      '--symbols',
      'NSE:SBIN,NFO:X28NOV26100CE',
      '--symbols-file',
      file,
      '--modes',
      'ltp,depth',
    ]
    const { code, out } = await here.run('adapter', 'add', 'EXT', ...args)
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, name: 'EXT', modes: ['LTP', 'DEPTH'] })
    const found = await here.run('instruments', 'search', 'x28nov26100ce', '--feed', 'EXT')
    expect(JSON.parse(found.out)).toMatchObject({ exchange: 'NFO', symbol: 'X28NOV26100CE', kind: 'CE' })
    const { out: explained } = await here.run('instruments', 'explain', 'NSE_INDEX:NIFTY')
    expect(JSON.parse(explained.split('\n').find(line => line.includes('"EXT"')) ?? '')).toMatchObject({
      kind: 'INDEX',
      topics: ['EXT_NSE_INDEX_NIFTY_LTP', 'EXT_NSE_INDEX_NIFTY_DEPTH'],
    })
    await here.run('adapter', 'remove', 'EXT', '--yes')
    expect(existsSync(join(here.folder, 'instruments', 'EXT.db'))).toBe(false)
  })

  it('refuses an external feed that names nothing, or what is nothing', async () => {
    const add = (...args: string[]) => here.run('adapter', 'add', 'EXT', '--external', ...args)
    expectFailure(await add(), 2, /^error USAGE: .*which symbols/, /--symbols CRYPTO/)
    expectFailure(await add('--symbols', 'TCS'), 2, /^error USAGE: TCS names no exchange/, /EXCHANGE:SYMBOL/)
    expectFailure(await add('--symbols', 'NSE:TCS', '--modes', 'full'), 2, /^error USAGE: --modes full/, /ltp,quote/)
    expectFailure(
      await add('--symbols-file', '/nowhere'),
      2,
      /^error USAGE: .*\/nowhere.*ENOENT/,
      /one EXCHANGE:SYMBOL/,
    )
    const builtin = await here.run('adapter', 'add', 'X', '--adapter', 'simulator', '--symbols', 'NSE:TCS')
    expectFailure(builtin, 2, /^error USAGE: .*by itself/, /--external/)
  })

  it('stores nothing of an adapter whose instruments cannot be served', async () => {
    const folder = adapterFolder({ instruments: '() => [{ ...gold }, { ...gold }]' })
    const said = await here.run('adapter', 'add', 'TWICE', '--path', folder)
    expectFailure(said, 1, /^error ADAPTER_INVALID: .*listed twice/, /instruments\(\)/)
    expect((await here.run('adapter', 'list')).out).not.toContain('TWICE')
  })

  it('ends though the adapter that was added left a timer running', async () => {
    const folder = adapterFolder({ first: 'setInterval(() => {}, 1000)' })
    expect((await here.run('adapter', 'add', 'TIMER', '--path', folder)).code).toBe(0)
    await here.run('adapter', 'remove', 'TIMER', '--yes')
  })

  it('keeps every setting as it was typed: leading zeros, and all digits of an account', async () => {
    const simulated = await here.run('adapter', 'add', 'ZEROS', '--adapter', 'simulator', '--set', 'seed=007')
    expect(simulated.code).toBe(0)
    expect(JSON.parse(simulated.out).settings).toEqual({ seed: '007' })
    const settings = '{ account: z.string(), every: z.coerce.number(), on: z.union([z.boolean(), z.stringbool()]) }'
    const instruments = `settings => {
      if (settings.every !== 7 || settings.on !== false) throw new Error(JSON.stringify(settings))
      return [{ ...gold, token: settings.account }]
    }`
    const set = ['account=12345678901234567890', 'every=007', 'on=false'].flatMap(one => ['--set', one])
    const path = adapterFolder({ instruments, settings })
    const own = await here.run('adapter', 'add', 'DIGITS', '--path', path, ...set)
    expect(own).toMatchObject({ code: 0, out: expect.stringContaining('"account":"12345678901234567890"') })
    const [found = ''] = (await here.run('instruments', 'search', 'gold', '--feed', 'DIGITS')).out.split('\n')
    expect(JSON.parse(found)).toMatchObject({ token: '12345678901234567890' })
    for (const name of ['ZEROS', 'DIGITS']) await here.run('adapter', 'remove', name, '--yes')
  })

  it('refuses a setting without a value, naming it', async () => {
    const said = await here.run('adapter', 'add', 'X', '--adapter', 'simulator', '--set', 'foo')
    expectFailure(said, 2, /^error USAGE: --set foo is no key=value/, /--set rate=100/)
  })

  it('refuses names that are no feed names, and secrets as settings', async () => {
    expectFailure(await here.run('adapter', 'add', 'lower', '--external'), 2, /^error USAGE: lower /, /add LOWER …/)
    expectFailure(await here.run('adapter', 'add', 'NSE', '--external'), 2, /^error USAGE: NSE /, /add NSE-1 …/)
    const said = await here.run('adapter', 'add', 'X', '--adapter', 'simulator', '--set', 'api_secret=hunter2')
    expectFailure(said, 2, /^error USAGE: --set api_secret/, /revoke/)
    expect(said.err).not.toContain('hunter2')
  })
})
