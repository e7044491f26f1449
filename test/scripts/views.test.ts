import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Canaries } from '../support/leaks.ts'
import { expectFailure } from '../support/said.ts'
import { Command, eventually, System } from '../support/system.ts'

let system: System

beforeAll(async () => {
  system = await System.start()
})

afterAll(() => system?.close())

const lines = (out: string) =>
  out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

/** With the key alone, as on another machine. */
const far = (...args: string[]) =>
  new Command([...args, '--url', system.url()], { TICKWIRE_API_KEY: system.key, TICKWIRE_DATA_DIR: '/nowhere' })

const NOWHERE = 'ws://127.0.0.1:1'

describe('tickwire rtt', () => {
  it('measures connecting, the key and pings, also of a proxy somewhere else', async () => {
    for (const command of [system.start(['rtt', '--count', '3']), far('rtt', '--count', '3')]) {
      const { code, out } = await command.done
      const [row, ...more] = lines(out)
      expect({ code, more }).toEqual({ code: 0, more: [] })
      expect(row).toMatchObject({ url: system.url(), sent: 3, answered: 3 })
      for (const ms of ['tcpMs', 'upgradeMs', 'authMs', 'minMs', 'maxMs']) expect(row[ms], ms).toBeGreaterThan(0)
      expect(row.minMs).toBeLessThanOrEqual(row.p95Ms)
    }
  })

  it('says that nothing answers, and that a key is refused', async () => {
    expectFailure(await system.run('rtt', '--url', NOWHERE), 4, /^error PROXY_UNREACHABLE: .*ECONNREFUSED/, /^next: /)
    const said = await system.start(['rtt'], { TICKWIRE_API_KEY: 'a-wrong-key-of-some-length' }).done
    expectFailure(said, 3, /^error KEY_INVALID/, /^next: tickwire key list/)
  })

  it('ends at Ctrl-C with what it has', async () => {
    const command = system.start(['rtt', '--count', '1000', '--format', 'table'])
    await eventually(() => command.err.includes(' ms'))
    const { code, out } = await command.stop('SIGINT')
    expect(code).toBe(0)
    expect(out).toMatch(/^ *TCP .*\n.* ms/)
  })
})

describe('tickwire latency', () => {
  it('measures how old the ticks of a subscription are', async () => {
    const { code, out, err } = await far('latency', 'NSE:RELIANCE', 'NSE:SBIN', '--seconds', '2').done
    expect(code, err).toBe(0)
    const whole = lines(out).find(({ hop, by }) => hop === 'exchange→client' && by === 'client')
    expect(whole.count).toBeGreaterThan(0)
    expect(whole.p50Ms).toBeLessThanOrEqual(whole.p99Ms)
    expect(err).toMatch(/ticks? of [12] symbols?; \d+ last values? not counted/)
  })

  it('names what to look for when nothing could be subscribed', async () => {
    const said = await system.run('latency', 'NSE:NOPE')
    expectFailure(said, 1, /^error INSTRUMENT_UNKNOWN: 0 of 1/, /^next: tickwire instruments search NOPE/)
  })
})

describe('tickwire top', () => {
  it('says each second on a pipe what became of feeds, clients and the proxy', async () => {
    const watcher = system.start(['tail', 'NSE:RELIANCE'])
    await eventually(() => watcher.out.includes('market_data'))
    const { code, out, err } = await far('top', '--count', '2').done
    await watcher.stop('SIGINT')
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^2 looks: \d+ ticks\/s/) })
    const [first, second, ...more] = lines(out)
    expect(more).toEqual([])
    expect(second.at).toBeGreaterThan(first.at)
    expect(second.feeds).toMatchObject([{ name: 'SIMULATOR', state: 'live', ticksPerSecond: expect.any(Number) }])
    expect(second.feeds[0].ticksPerSecond).toBeGreaterThan(0)
    expect(second.clients.subscriptions).toBe(1)
  })

  it('ends at Ctrl-C with a summary, and says when nothing answers', async () => {
    const command = system.start(['top'])
    await eventually(() => command.out.includes('\n'))
    expect(await command.stop('SIGINT')).toMatchObject({ code: 0, err: expect.stringMatching(/looks?: /) })
    expectFailure(await system.run('top', '--url', NOWHERE), 4, /^error PROXY_UNREACHABLE/, /^next: /)
  })
})

describe('tickwire plan', () => {
  it('exits with 1 and says what would do when no feed of the system carries it', async () => {
    const { code, out, err } = await system.run('plan', '1800', 'quote')
    expect(code).toBe(1)
    expect(lines(out)).toMatchObject([{ feed: 'SIMULATOR', can: false, free: 216, why: 'lists 216 instruments' }])
    expect(err).toMatch(/^Not possible: .*\nnext: fewer: tickwire plan 216 quote\nnext: another account: .*zerodha/)
    expect((await far('plan', '5', 'depth').done).code).toBe(0)
  })

  it('plans with a fresh account of each broker where nothing is', async () => {
    const { code, out, err } = await new Command(['plan', '1800', 'quote', '--data-dir', '/nowhere']).done
    expect(code).toBe(0)
    expect(lines(out).map(({ feed, can }) => [feed, can])).toContainEqual(['flattrade', false])
    expect(err).toMatch(/^No feed is registered here/)
    const said = await system.run('plan', '5', 'ltp', '--depth', '20')
    expectFailure(said, 2, /^error USAGE: --depth is for mode depth/, /plan 5 depth --depth 20$/)
  })
})

describe('tickwire open', () => {
  const TICKET = /#ticket=(tw_live_\w+)/

  it('is what up names below the address of the page, with no ticket where the words are kept', () => {
    expect(system.up.out).toMatch(/\n {2}page {4}http:\/\/127\.0\.0\.1:\d+\/\n {10}npx tickwire open --data-dir /)
    expect(system.up.out).not.toMatch(TICKET)
  })

  it('prints where there is no screen, and with --print', async () => {
    const env = { DISPLAY: '', WAYLAND_DISPLAY: '' }
    const { out, err } = await system.start(['open', '--format', 'table'], env).done
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#ticket=tw_live_\w+\n$/)
    expect(err).toMatch(/no screen/)
    const [{ page }] = lines((await system.start(['open', '--print'], { DISPLAY: ':9' }).done).out)
    expect(page).toMatch(TICKET)
    expect(lines((await far('open', '--print').done).out)[0].page).toMatch(TICKET)
  })

  it('shows a browser a file of its owner, which is gone afterwards, and no program list the ticket', async () => {
    const bin = join(system.folder, 'bin')
    mkdirSync(bin)
    const seen = join(bin, 'seen')
    const said = `stat -c %a "$file" > ${seen}.mode; cat "$file" > ${seen}.file; env > ${seen}.env; echo "$@" > ${seen}.new; mv ${seen}.new ${seen}`
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nfile="\${1#file://}"\n${said}\n`)
    chmodSync(join(bin, 'xdg-open'), 0o755)
    const env = { DISPLAY: ':9', PATH: `${bin}:${process.env.PATH}`, TICKWIRE_API_KEY: system.key }
    const command = system.start(['open'], env)
    const shown = await eventually(() => existsSync(seen) && readFileSync(seen, 'utf8').trim())
    const [, ticket = ''] = TICKET.exec(readFileSync(`${seen}.file`, 'utf8')) ?? []
    const canaries = new Canaries([ticket, system.key])
    expect(canaries.in(shown)).toEqual([])
    expect(canaries.in(readFileSync(`${seen}.env`))).toEqual([])
    expect(canaries.in(readFileSync(`/proc/${command.child.pid}/cmdline`))).toEqual([])
    expect(readFileSync(`${seen}.mode`, 'utf8')).toBe('600\n')
    const { code, out } = await command.stop('SIGINT')
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(existsSync(dirname(fileURLToPath(shown)))).toBe(false)
  })

  it('prints where no browser could be started', async () => {
    const env = { DISPLAY: ':9', PATH: join(system.folder, 'none') }
    const { out, err } = await system.start(['open'], env).done
    expect(out).toMatch(TICKET)
    expect(err).toMatch(/No browser could be started/)
  })
})
