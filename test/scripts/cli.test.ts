import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryPath } from '../support/datafolder.ts'
import { expectFailure } from '../support/said.ts'
import { Command, Processes } from '../support/system.ts'

const HEX_KEY = 'a1'.repeat(32)

let here: Processes

beforeAll(() => {
  here = new Processes()
})

afterAll(() => here.remove())

function emptyFolder(config = ''): Processes {
  const processes = new Processes(config)
  onTestFinished(() => processes.remove())
  return processes
}

/** A port that another program holds. */
const takenPort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer()
    onTestFinished(() => void server.close())
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })

describe('the command line', () => {
  it('shows help and version without a data folder', async () => {
    const help = await new Command(['--help']).done
    expect(help).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Examples:\n {2}tickwire up/) })
    expect((await new Command(['--version']).done).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('refuses an unknown command and an unknown option with one line each', async () => {
    expectFailure(await here.run('tial'), 2, /^error USAGE: .*Did you mean tail\?/, /--help/)
    expectFailure(await here.run('status', '--wide'), 2, /^error USAGE: .*--wide/, /--help/)
    expectFailure(await here.run('key', 'lst'), 2, /^error USAGE: .*Did you mean list\?/, /^next: tickwire key --help$/)
    expectFailure(
      await here.run('adapter'),
      2,
      /^error USAGE: .*list, add, disable, enable, remove, share, unshare, run$/,
      /tickwire adapter --help$/,
    )
  })

  it('ends a bus that cannot leave its run file, and says why', async () => {
    const there = emptyFolder()
    mkdirSync(join(there.folder, 'run', 'bus.json'), { recursive: true, mode: 0o700 })
    const bus = there.start(['bus'])
    onTestFinished(() => void bus.child.kill('SIGKILL'))
    expectFailure(await bus.done, 78, /^error FOLDER_UNUSABLE: .*bus\.json/, /^next: /)
  })

  it('names a wrong setting with its path, before anything starts', async () => {
    const there = emptyFolder()
    writeFileSync(join(there.folder, 'tickwire.toml'), '[proxy]\nprot = 9000\n')
    expectFailure(await there.run('up'), 78, /^error CONFIG_INVALID: .*proxy\.prot/, /^next: /)
    expect(there.runFile('up')).toBeUndefined()
  })

  it('names every wrong setting of a feed before it starts anything or makes a key', async () => {
    const there = emptyFolder('[feeds.SIMULATOR]\nrate = 0\nraet = 5\n[feeds.NOPE]\n')
    const expected = [
      /^warning: feeds\.NOPE \(.*tickwire\.toml\) is not used: no feed/,
      /feeds\.SIMULATOR\.rate \(.*\): must be .*, not 0/,
      /feeds\.SIMULATOR\.raet \(.*\): no such setting; did you mean rate\?/,
      /^next: /,
    ]
    const { code, out, err } = await there.run('up', '--port', 'auto')
    expect({ code, out }).toEqual({ code: 78, out: '' })
    expect(err.trim().split('\n')).toEqual(expected.map(line => expect.stringMatching(line)))
    expect((await there.run('key', 'list')).out).toBe('')
    expect(there.runFile('up')).toBeUndefined()
    const doctor = await there.run('doctor', '--format', 'table')
    expect(doctor.code).toBe(1)
    const named = doctor.out.split('\n').filter(line => line.includes('feeds.'))
    expect(named).toEqual(expected.slice(1, 3).map(line => expect.stringMatching(line)))
    const alone = await there.run('adapter', 'run', 'SIMULATOR')
    expect(alone.code).toBe(78)
    expect(alone.err.trim().split('\n')).toEqual(expected.slice(1).map(line => expect.stringMatching(line)))
  })

  it('ends silently when its reader has gone', async () => {
    const command = new Command(['--help'])
    command.child.stdout?.destroy()
    expect(await command.done).toMatchObject({ code: 0, err: '' })
  })
})

describe('tickwire up', () => {
  it('ends with one line when the port is taken, and leaves no child behind', async () => {
    const there = emptyFolder()
    const port = await takenPort()
    const said = await there.run('up', '--port', String(port))
    expectFailure(said, 78, new RegExp(`^error PORT_TAKEN: .*${port}`), /^next: .*--port/)
    expect(there.runFile('up')).toBeUndefined()
    expect(there.hasProxy()).toBe(false)
  })

  it.each(['up', 'proxy'])('%s says once what is risky or contradicts itself', async command => {
    const port = String(await takenPort())
    const env = { TICKWIRE_PROXY_PORT: port, WEBSOCKET_PORT: '1', TICKWIRE_PROXY_ORIGINS: '*' }
    const { err } = await emptyFolder().start([command], env).done
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^warning: proxy\\.port: TICKWIRE_PROXY_PORT \\(${port}\\) is used`)),
      expect.stringMatching(/^warning: proxy\.origins holds "\*"/),
      expect.stringMatching(/^error PORT_TAKEN/),
      expect.stringMatching(/^next: /),
    ])
  })

  it('refuses a number of workers that cannot be', async () => {
    for (const command of ['up', 'proxy'])
      expectFailure(await here.run(command, '--workers', '65'), 2, /^error USAGE: .*auto or 1 to 64/, /--help/)
  })

  it('names the taken port also when workers would share it', async () => {
    const port = await takenPort()
    const there = emptyFolder()
    const said = await there.run('proxy', '--port', String(port), '--workers', '2')
    expectFailure(said, 78, new RegExp(`^error PORT_TAKEN: .*${port}`), /^next: .*--port/)
    expect(there.hasProxy()).toBe(false)
  })

  it('ends with one line when the data folder cannot be one', async () => {
    const file = join(temporaryPath(), 'file')
    writeFileSync(file, '')
    const said = await new Command(['--data-dir', join(file, 'below'), 'up']).done
    expectFailure(said, 78, /^error FOLDER_UNUSABLE: .*file/, /^next: /)
  })
})

describe('tickwire key', () => {
  it('prints the key and nothing else on stdout, and lists it without its secret', async () => {
    const { code, out } = await here.run('key', 'create', 'bot-1', '--expires', '30d')
    expect(code).toBe(0)
    expect(out).toMatch(/^tw_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}\n$/)
    const id = out.split('_')[2]
    const listed = await here.run('key', 'list')
    expect(listed.out).not.toContain(out.trim())
    const [row] = listed.out.split('\n').map(line => JSON.parse(line || '{}'))
    expect(row).toMatchObject({ id, label: 'bot-1', userId: 'trader', origin: 'created', state: 'active' })
    expect(row.expiresAt - row.createdAt).toBe(30 * 86_400_000)
    expect(row).not.toHaveProperty('digest')
  })

  it('revokes a key by its id, and refuses one it does not know', async () => {
    const id = (await here.run('key', 'create', 'short-lived')).out.split('_')[2] ?? ''
    expect((await here.run('key', 'revoke', id)).code).toBe(0)
    expect((await here.run('key', 'list')).out).toMatch(new RegExp(`"id":"${id}".*"state":"revoked"`))
    expectFailure(await here.run('key', 'revoke', 'unknown'), 1, /^error NOT_FOUND: .*unknown/, /key list/)
  })

  it('imports an OpenAlgo key from a pipe or a file', async () => {
    const there = emptyFolder()
    const piped = await new Command(['key', 'import', 'old'], there.env, `${HEX_KEY}\n`).done
    expect(piped.code).toBe(0)
    const file = join(there.folder, 'key.txt')
    writeFileSync(file, HEX_KEY)
    const read = await there.run('key', 'import', 'old', '--file', file)
    expect(JSON.parse(read.out).id).toBe(JSON.parse(piped.out).id)
    expect(piped.out + piped.err + read.out + read.err).not.toContain(HEX_KEY)
  })

  it('takes no key as an argument, and does not repeat one', async () => {
    for (const args of [
      ['import', HEX_KEY],
      ['import', 'old', HEX_KEY],
      ['create', HEX_KEY],
      ['import', 'x', `--key=${HEX_KEY}`],
    ]) {
      const said = await here.run('key', ...args)
      expectFailure(said, 2, /^error USAGE: /, /^next: /)
      expect(said.err).not.toContain(HEX_KEY)
    }
  })
})

describe('without a running system', () => {
  it('tail and status say where they looked, and exit with 4', async () => {
    const there = emptyFolder()
    expectFailure(
      await there.start(['tail', 'NSE:TCS', '--url', 'ws://127.0.0.1:1']).done,
      4,
      /^error PROXY_UNREACHABLE: .*:1/,
      /up/,
    )
    expectFailure(await there.run('status'), 4, /^error PROXY_UNREACHABLE: /, /up/)
  })

  it('tail names the symbol that is none', async () => {
    expectFailure(await here.run('tail', 'TCS'), 2, /^error USAGE: TCS names no exchange/, /instruments search TCS/)
    expectFailure(await here.run('tail', 'NSX:TCS'), 2, /^error USAGE: .*NSX is no exchange/, /instruments search TCS/)
  })

  it('instruments explains that a feed writes its list when it first runs', async () => {
    const there = emptyFolder()
    await there.run('init', '--yes')
    expectFailure(await there.run('instruments', 'search', 'x'), 1, /^error INSTRUMENTS_MISSING: No feed/, /up/)
  })

  it('init writes a commented configuration once, and touches nothing that is there', async () => {
    const there = emptyFolder()
    const file = join(there.folder, 'tickwire.toml')
    expect(JSON.parse((await there.run('init', '--yes')).out)).toMatchObject({ written: true, feeds: ['SIMULATOR'] })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain('[proxy]')
    writeFileSync(file, '# mine\n')
    expect(JSON.parse((await there.run('init', '--yes')).out)).toMatchObject({ written: false })
    expect(readFileSync(file, 'utf8')).toBe('# mine\n')
  })

  it('doctor checks what there is, with a fix for all that is not ok', async () => {
    const there = emptyFolder()
    const { code, out } = await there.run('doctor', '--json')
    const checks = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(checks.map(one => one.check)).toEqual(
      expect.arrayContaining(['node', 'native modules', 'configuration', 'port']),
    )
    for (const one of checks) expect(one.verdict === 'ok' ? one.detail : one.fix, one.check).toEqual(expect.any(String))
    expect(code).toBe(checks.some(one => one.verdict === 'fail') ? 1 : 0)
  })

  it('doctor fails for a configuration that is wrong', async () => {
    const there = emptyFolder()
    writeFileSync(join(there.folder, 'tickwire.toml'), 'nonsense = 1\n')
    const { code, out } = await there.run('doctor')
    expect(code).toBe(1)
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ check: 'configuration', verdict: 'fail' })
  })
})
