import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { curveKeyPair } from 'zeromq'
import { busAddresses } from '../../../bus/addresses.ts'
import { openZmqBus } from '../../../bus/zmq.ts'
import { freePort } from '../../support/port.ts'
import { eventually, Processes } from '../../support/system.ts'

let there: Processes
let dir: string

beforeEach(() => {
  there = new Processes()
  dir = mkdtempSync('/tmp/tw-')
})

afterEach(() => {
  there.remove()
  rmSync(dir, { recursive: true, force: true })
})

interface Row {
  readonly name: string
  readonly identity?: string
  readonly curve?: string
}

async function keys(...more: readonly string[]): Promise<Map<string, Row>> {
  const { code, out, err } = await there.run('bus', 'keys', '--dir', `${dir}/bus`, '--format', 'json', ...more)
  expect(code, err).toBe(0)
  return new Map((JSON.parse(`[${out.trim().replaceAll('\n', ',')}]`) as Row[]).map(row => [row.name, row]))
}

describe('tickwire bus keys', () => {
  it('makes an identity and a CURVE key for each feed, the proxy and whom it is told, for their owner alone', async () => {
    const rows = await keys('--for', 'python-box')
    expect([...rows.keys()]).toEqual(['server', 'proxy', 'SIMULATOR', 'python-box'])
    expect(rows.get('SIMULATOR')).toEqual({
      name: 'SIMULATOR',
      identity: expect.stringMatching(/^[\w-]{43}$/),
      curve: expect.stringMatching(/^\S{40}$/),
    })
    expect(rows.get('python-box')?.identity).toBeUndefined()
    for (const folder of [`${dir}/bus`, `${there.folder}/identities`]) {
      expect(statSync(folder).mode & 0o777).toBe(0o700)
      for (const file of readdirSync(folder).filter(name => name.endsWith('.key')))
        expect(statSync(`${folder}/${file}`).mode & 0o777).toBe(0o400)
    }
    expect(await keys()).toEqual(rows)
  })

  it('never shows a private half', async () => {
    const { out, err } = await there.run('bus', 'keys', '--dir', `${dir}/bus`)
    const secret = JSON.parse(readFileSync(`${dir}/bus/SIMULATOR.key`, 'utf8')).secretKey
    expect(out + err).not.toContain(secret)
    expect(readFileSync(`${dir}/bus/public.json`, 'utf8')).not.toContain(secret)
  })

  it('gives a feed or the proxy a new identity when told, and says what is none', async () => {
    const before = await keys()
    const after = await keys('--rotate', 'SIMULATOR')
    expect(after.get('SIMULATOR')?.identity).not.toBe(before.get('SIMULATOR')?.identity)
    expect(after.get('proxy')).toEqual(before.get('proxy'))
    expect((await keys('--rotate', 'proxy')).get('proxy')?.identity).not.toBe(before.get('proxy')?.identity)
    const unknown = await there.run('bus', 'keys', '--dir', `${dir}/bus`, '--rotate', 'NOPE')
    expect(unknown.err).toContain('FEED_UNKNOWN')
  })

  it('takes a CURVE key off the list when told, and with its feed; never that of the forwarder', async () => {
    const env = { TICKWIRE_BUS_CURVE_KEYS_DIR: `${dir}/bus`, ZMQ_HOST: '127.0.0.1', ZMQ_PORT: '5555' }
    const listed = () => Object.keys(JSON.parse(readFileSync(`${dir}/bus/public.json`, 'utf8')).clients)
    await keys('--for', 'python-box')
    expect((await keys('--remove', 'python-box')).has('python-box')).toBe(false)
    expect(listed()).toEqual(['proxy', 'SIMULATOR'])
    const { code, err } = await there.start(['adapter', 'remove', 'SIMULATOR', '--yes'], env).done
    expect([code, err]).toEqual([0, expect.stringContaining('start the bus again')])
    expect([listed(), readdirSync(`${dir}/bus`).sort()]).toEqual([
      ['proxy'],
      ['proxy.key', 'public.json', 'server.key'],
    ])
    const server = await there.run('bus', 'keys', '--dir', `${dir}/bus`, '--remove', 'server')
    expect(server.code).toBe(2)
  })

  it('keeps the keys out of the data folder, whose backups would hold them', async () => {
    const { code, err } = await there.run('bus', 'keys', '--dir', `${there.folder}/bus`)
    expect([code, err]).toEqual([2, expect.stringContaining('is inside the data folder')])
  })

  it('refuses a feed whose private key is not the one that is registered', async () => {
    await keys()
    rmSync(`${there.folder}/identities/SIMULATOR.key`)
    writeFileSync(`${there.folder}/identities/SIMULATOR.key`, Buffer.alloc(32, 7), { mode: 0o400 })
    const { code, err } = await there.run('adapter', 'run', 'SIMULATOR')
    expect(code).toBe(78)
    expect(err).toContain('tickwire bus keys --rotate SIMULATOR')
  })
})

it('a whole Tickwire runs over TCP with CURVE', async () => {
  await keys()
  const port = await freePort(2)
  const env = { TICKWIRE_BUS_CURVE_KEYS_DIR: `${dir}/bus`, ZMQ_HOST: '127.0.0.1', ZMQ_PORT: String(port) }
  const up = there.start(['up', '--port', 'auto'], env)
  try {
    await eventually(() => up.out.includes('tickwire tail'), 25_000)
    const tail = await there.start(['tail', 'NSE:RELIANCE', '--count', '3'], env).done
    expect(tail.code, tail.err).toBe(0)
    const doctor = await there.start(['doctor', '--format', 'table'], env).done
    expect(doctor.out).toMatch(/^ok {4}bus {15}tcp:\/\/127\.0\.0\.1:\d+ answers/m)
  } finally {
    await up.stop()
  }
}, 60_000)

it('a program whose CURVE key is not listed is in the audit', async () => {
  await keys()
  const port = await freePort(2)
  const env = { TICKWIRE_BUS_CURVE_KEYS_DIR: `${dir}/bus`, ZMQ_HOST: '127.0.0.1', ZMQ_PORT: String(port) }
  const running = there.start(['bus'], env)
  try {
    const { server } = JSON.parse(readFileSync(`${dir}/bus/public.json`, 'utf8')) as { server: string }
    await eventually(() => running.err.includes('is ready'), 25_000)
    const addresses = busAddresses({ runDir: '/unused', tcp: { host: '127.0.0.1', port }, curve: {} })
    const stranger = openZmqBus({ addresses, highWaterMark: 10, curve: { ...curveKeyPair(), serverKey: server } })
    onTestFinished(() => stranger.close())
    await eventually(() => running.err.includes('turned away'), 10_000)
  } finally {
    await running.stop()
  }
  const { out } = await there.run('audit', 'tail', '--action', 'bus.writer_dropped')
  expect(out).toMatch(/"address":"127.0.0.1".*whose CURVE key is not listed/)
}, 60_000)

describe('tickwire bus trust', () => {
  it('takes an identity that begins with a hyphen, and refuses what is none', async () => {
    const trusted = await there.run('bus', 'trust', 'proxy', `-${'a'.repeat(42)}`)
    expect(trusted.err).toBe('That proxy is known by this key now.\n')
    expect(trusted.code).toBe(0)
    const mistyped = await there.run('bus', 'trust', 'proxy', '--identity')
    expect(mistyped.err).toContain('error USAGE: An identity is 43 characters')
    expect(mistyped.code).toBe(2)
  })
})
