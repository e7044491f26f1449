import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { adapterFolder } from '../support/adapterfolder.ts'
import { eventually, isAlive, System } from '../support/system.ts'

const lines = (text: string) => text.trim().split('\n')

let system: System

beforeAll(async () => {
  system = await System.start()
})

afterAll(() => system?.close())

describe('tickwire up', () => {
  it('shows address, folder, a first key and a line to paste', () => {
    expect(system.up.out).toContain(system.url())
    expect(system.up.out).toContain(system.folder)
    expect(system.key).toMatch(/^tw_live_/)
    expect(system.up.out).toContain('it reads prices and order updates, it cannot trade')
    expect(system.up.out).toContain(
      `npx tickwire tail NSE:RELIANCE NSE_INDEX:NIFTY --mode quote --data-dir ${system.folder}`,
    )
  })

  it('refuses a second start in the same data folder with one line', async () => {
    const { code, err } = await system.run('up', '--port', 'auto')
    expect(code).toBe(78)
    expect(lines(err)).toEqual([
      `error ALREADY_RUNNING: tickwire up is already running (process ${system.facts().pid})`,
      expect.stringContaining('next: tickwire status'),
    ])
  })

  it('refuses a second proxy and a second bus in the data folder, and leaves the run file of the first alone', async () => {
    const before = system.runFile('proxy')
    const second = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const command = system.start(args, env)
      onTestFinished(() => void command.child.kill('SIGKILL'))
      return command.done
    }
    const proxy = await second(['proxy', '--port', 'auto'])
    expect(proxy.code).toBe(78)
    expect(lines(proxy.err)).toEqual([
      `error ALREADY_RUNNING: The proxy is already running (process ${system.child('proxy').pid})`,
      expect.stringContaining('next: tickwire status'),
    ])
    expect(system.runFile('proxy')).toEqual(before)
    // On other addresses, too: a data folder has one bus.
    const bus = await second(['bus'], { ZMQ_HOST: '127.0.0.1', ZMQ_PORT: '47113' })
    expect(bus.code).toBe(78)
    expect(bus.err).toContain(`The bus is already running (process ${system.child('bus').pid})`)
  })

  it('starts a feed that is added while it runs, and stops one that is removed', async () => {
    await system.run('adapter', 'add', 'FAST', '--adapter', 'simulator', '--set', 'rate=10')
    const { pid = 0 } = await eventually(() => {
      const child = system.facts().children.find(one => one.name === 'FAST')
      return child?.state === 'running' && child
    })
    await system.run('adapter', 'remove', 'FAST', '--yes')
    await eventually(() => !system.facts().children.some(one => one.name === 'FAST'))
    expect(isAlive(pid)).toBe(false)
    await eventually(() => /FAST stopped/.test(system.up.out))
  })

  it('hands no secret to a child, and none to its command line', () => {
    for (const { pid = 0 } of system.facts().children) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      expect(environment).not.toMatch(/TICKWIRE_API_KEY|BROKER_API/)
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('tw_live_')
    }
  })
})

describe('beside a running system', () => {
  it('tail gives as many frames as asked for, and a summary', async () => {
    const { code, out, err } = await system.run('tail', 'NSE:RELIANCE', 'NSE_INDEX:NIFTY', '--count', '4')
    expect(code).toBe(0)
    const frames = lines(out).map(line => JSON.parse(line))
    expect(frames).toHaveLength(4)
    for (const frame of frames) expect(frame).toMatchObject({ type: 'market_data', mode: 2, broker: 'simulator' })
    expect(err).toMatch(/^4 frames of \d symbols in /)
  })

  it('tail --raw shows every message of the server as it came', async () => {
    const { out } = await system.run('tail', 'NSE:RELIANCE', '--raw', '--count', '1')
    expect(lines(out).map(line => JSON.parse(line).type)).toEqual(['auth', 'subscribe', 'market_data'])
  })

  it('trace tells of each tick when it was where, and then how long each stretch takes', async () => {
    const { code, out, err } = await system.run('trace', 'NSE:RELIANCE', '--count', '3')
    expect(code).toBe(0)
    const told = lines(out).map(line => JSON.parse(line))
    const ticks = told.filter(({ isRepeated }) => isRepeated === false)
    expect(ticks).toHaveLength(3)
    for (const { at, ms } of ticks) {
      const way = [at.exchange, at.adapter, at.published, at.proxy, at.client]
      expect(way).toEqual([...way].sort((one, other) => one - other))
      expect(ms.exchangeAdapter + ms.adapterBus + ms.busProxy + ms.proxyClient).toBeCloseTo(ms.all, 1)
    }
    expect(told.at(-1)).toMatchObject({
      ticks: 3,
      hops: expect.arrayContaining([expect.objectContaining({ hop: 'bus→proxy', count: 3 })]),
    })
    expect(err).toMatch(/^3 ticks; \d+ last values? not counted$/m)
    const none = await system.run('trace', 'NSE:NOPE')
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringContaining('error INSTRUMENT_UNKNOWN: NSE:NOPE was refused'),
    ])
  })

  it('trace says so where a proxy stamps nothing, and tells the whole way', async () => {
    const older = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    onTestFinished(() => older.close())
    await once(older, 'listening')
    older.on('connection', socket =>
      socket.on('message', (bytes: Buffer) => {
        const say = (what: object) => socket.send(JSON.stringify(what))
        if (bytes.includes('authenticate')) return say({ type: 'auth', status: 'success' })
        say({ type: 'subscribe', subscriptions: [{ status: 'success' }] })
        const data = { ltp: 100, timestamp: Date.now() }
        say({ type: 'market_data', symbol: 'TCS', exchange: 'NSE', mode: 2, data })
      }),
    )
    const { port } = older.address() as AddressInfo
    const { code, out, err } = await system.run('trace', 'NSE:TCS', '--count', '1', '--url', `ws://127.0.0.1:${port}`)
    expect([code, err]).toEqual([0, expect.stringContaining('This proxy stamps no ticks')])
    expect(Object.keys(JSON.parse(lines(out)[0] ?? '').ms)).toEqual(['all'])
  })

  it('tail tells of a symbol that is refused, and ends when all are', async () => {
    const some = await system.run('tail', 'NSE:NOPE', 'NSE:TCS', '--count', '1')
    expect(some.code).toBe(0)
    expect(some.err).toMatch(/^NSE:NOPE was refused: .*\nnext: tickwire instruments search NOPE\n/)
    const none = await system.run('tail', 'NSE:NOPE')
    expect(none.code).toBe(1)
    expect(none.err).toContain('error INSTRUMENT_UNKNOWN: 0 of 1 symbols')
  })

  it('tail comes back by itself when the proxy was killed, and ends well on Ctrl-C', async () => {
    const tail = system.start(['tail', 'NSE:RELIANCE', 'NSE_INDEX:NIFTY'])
    await eventually(() => tail.out !== '')
    await system.kill('proxy')
    const before = tail.out.length
    await eventually(() => tail.out.length > before)
    const { code, err } = await tail.stop('SIGINT')
    expect(code).toBe(0)
    expect(err).toMatch(/trying again in 250 ms/)
    expect(lines(err).at(-1)).toMatch(/^\d+ frames of 2 symbols in /)
  })

  it('a refused key exits with 3', async () => {
    const env = { TICKWIRE_API_KEY: 'ab'.repeat(32) }
    for (const args of [['tail', 'NSE:TCS'], ['status']]) {
      const { code, err } = await system.start(args, env).done
      expect(code).toBe(3)
      expect(err).toMatch(/^error KEY_INVALID: .*\nnext: /)
      expect(err).not.toContain(env.TICKWIRE_API_KEY)
    }
  })

  it('status tells what died and came back, and says that all is well', async () => {
    await system.kill('bus')
    const said = await eventually(async () => {
      const { code, out } = await system.run('status', '--json')
      return code === 0 && out
    })
    const status = JSON.parse(said)
    const bus = status.processes.find((one: { name: string }) => one.name === 'bus')
    expect(bus).toMatchObject({ state: 'running', restarts: 1, lastExit: { reason: 'killed by SIGKILL' } })
    expect(status.events.map((one: { text: string }) => one.text)).toContain('back')
    expect(status.feeds).toMatchObject([{ name: 'SIMULATOR', state: 'live' }])
  })

  it('status exits with 5 when a feed is not well', async () => {
    await system.run('adapter', 'add', 'SICK', '--path', adapterFolder({ source: "throw new Error('no line')" }))
    await eventually(async () => (await system.run('status')).code === 5)
    await system.run('adapter', 'remove', 'SICK', '--yes')
  })

  it('a feed can be subscribed as soon as it is added', async () => {
    expect((await system.run('adapter', 'add', 'SOON', '--adapter', 'simulator', '--user', 'soon')).code).toBe(0)
    const found = await system.run('instruments', 'search', 'reliance', '--feed', 'SOON')
    expect(lines(found.out)).not.toEqual([])
    await system.run('adapter', 'remove', 'SOON', '--yes')
  })

  it('doctor sees a real tick', async () => {
    const { code, out } = await system.run('doctor', '--json')
    expect(code).toBe(0)
    const checks = lines(out).map(line => JSON.parse(line))
    expect(checks.find(one => one.check === 'tick end to end')).toMatchObject({ verdict: 'ok' })
    expect(checks.filter(one => one.verdict === 'fail')).toEqual([])
  })

  it('instruments are found and explained with their topics', async () => {
    const found = lines((await system.run('instruments', 'search', 'reliance')).out).map(line => JSON.parse(line))
    expect(found[0]).toMatchObject({ feed: 'SIMULATOR', exchange: 'NSE', symbol: 'RELIANCE' })
    const { out } = await system.run('instruments', 'explain', 'NSE:RELIANCE', '--format', 'table')
    expect(out).toContain('SIMULATOR_NSE_RELIANCE_QUOTE')
    const unknown = await system.run('instruments', 'explain', 'NSE:NOPE')
    expect(unknown.code).toBe(1)
    expect(unknown.err).toMatch(/^error INSTRUMENT_UNKNOWN: /)
  })
})

describe('a supervisor', () => {
  it('that is killed leaves no child behind, and the next start takes over', async () => {
    const pids = system.facts().children.map(child => child.pid ?? 0)
    await system.up.stop('SIGKILL')
    const again = system.start(['up', '--port', 'auto'], { BROKER_API_SECRET: 'hunter2' })
    onTestFinished(() => void again.child.kill('SIGKILL'))
    await eventually(() => again.out.includes('tickwire tail'), 25_000)
    await eventually(() => !pids.some(isAlive))
    expect(again.out).not.toContain('tw_live_')
    expect(again.err).toContain('warning: BROKER_API_SECRET: not used by what is started here')
    for (const { pid = 0 } of system.facts().children)
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('hunter2')
    const children = system.facts().children.map(child => child.pid ?? 0)
    expect((await again.stop('SIGTERM')).code).toBe(0)
    expect(children.filter(isAlive)).toEqual([])
    expect(system.runFile('up')).toBeUndefined()
  })

  it('ends tidily also with a process that has to be killed', async () => {
    const again = system.start(['up', '--port', 'auto'])
    onTestFinished(() => void again.child.kill('SIGKILL'))
    await eventually(() => again.out.includes('tickwire tail'), 25_000)
    const children = system.facts().children.map(child => child.pid ?? 0)
    process.kill(system.child('proxy').pid ?? 0, 'SIGSTOP')
    const { code, err } = await again.stop('SIGTERM')
    expect(code).toBe(0)
    expect(err).not.toContain('did not close')
    expect(children.filter(isAlive)).toEqual([])
    expect(system.runFile('up')).toBeUndefined()
    expect(existsSync(join(system.folder, 'run', 'up.lock.pid'))).toBe(false)
  })
})
