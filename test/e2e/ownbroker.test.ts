import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readmeBroker } from '../adapters/runtime/readme.ts'
import { Charts } from '../support/openalgo.ts'
import { OwnBroker } from '../support/ownbroker.ts'
import { Command, eventually, System } from '../support/system.ts'

const folder = mkdtempSync('/tmp/tw-own-')
let broker: OwnBroker
let system: System
let charts: Charts

/** The account as `account list` tells it, once it is in this state. */
const enters = (state: string) =>
  eventually(async () => {
    const { out } = await system.run('account', 'list')
    const account = JSON.parse(out || '{}') as { state?: string; login?: string; reason?: string }
    return account.state === state && account
  }, 30_000)

/** As a person logs in: opens the address that the command prints, and pastes the one he is sent back to. */
async function login(): Promise<string> {
  const command = new Command(['account', 'login', 'my-broker', '--callback-port', 'off'], system.env, null)
  const page = await eventually(() => /"url":"([^"]+)"/.exec(command.out)?.[1])
  const { headers } = await fetch(page, { redirect: 'manual' })
  command.child.stdin?.end(`${headers.get('location')}\n`)
  const { code, err } = await command.done
  if (code !== 0) throw new Error(`account login: ${err}`)
  return err
}

/** Has the broker say this price of SBIN once it was asked for; gives the frame in which it comes to the client. */
async function priced(price: number) {
  await eventually(() => broker.tell('3045', price) > 0)
  return eventually(() => charts.frames.find(({ data }) => data.ltp === price))
}

beforeAll(async () => {
  writeFileSync(join(folder, 'manifest.mjs'), readmeBroker())
  broker = await OwnBroker.start()
  system = await System.start()
  charts = new Charts(() => system.url(), system.key)
}, 60_000)

afterAll(async () => {
  charts?.close()
  await system?.close()
  await broker?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the broker that the README writes an adapter for', () => {
  it('is added from its folder, and asks for a login before anything is dialled', async () => {
    const settings = Object.entries(broker.settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const added = await system.pipe(broker.credentials, 'account', 'add', 'my-broker', '--path', folder, ...settings)
    expect(added, added.err).toMatchObject({ code: 0 })
    await enters('auth_required')
    expect(broker.asked).toEqual([])
  }, 30_000)

  it('gives a client its price after a login by the address that was pasted', async () => {
    expect(await login()).toContain('is logged in as AB1234')
    await enters('live')
    charts.feed.subscribe('Quote', 'SBIN', 'NSE')
    expect(await priced(960.5)).toMatchObject({
      symbol: 'SBIN',
      exchange: 'NSE',
      broker: 'my-broker',
      mode: 2,
      data: { ltp: 960.5, volume: 1000 },
    })
    expect(broker.asked).toEqual([
      { action: 'login', token: broker.token },
      { action: 'add', kind: 'quote', ids: ['3045'] },
    ])
  }, 30_000)

  it('is asked again for everything after a connection that was cut', async () => {
    const before = broker.asked.length
    broker.cut()
    expect(await priced(961)).toMatchObject({ symbol: 'SBIN' })
    expect(broker.asked.slice(before).map(({ action }) => action)).toEqual(['login', 'add'])
  }, 30_000)

  it('asks for a login when its token ends, after no more tries than three, and says so without the token', async () => {
    const [token, before] = [broker.token, broker.logins.length]
    broker.endToken()
    const { login, reason } = await enters('auth_required')
    expect({ login, reason }).toMatchObject({
      login: 'refused',
      reason: expect.stringMatching(
        /^SESSION_EXPIRED: My broker refused the login: .*tickwire account login MY-BROKER$/,
      ),
    })
    const tries = broker.logins.slice(before)
    expect(tries.length).toBeLessThanOrEqual(3)
    expect(new Set(tries)).toEqual(new Set([token]))
    expect(`${reason} ${system.up.out} ${system.up.err}`).not.toContain(token)
  }, 30_000)

  it('gives the same client prices again after a new login, with nothing done by it', async () => {
    await login()
    await enters('live')
    expect(await priced(962)).toMatchObject({ symbol: 'SBIN', data: { ltp: 962 } })
    expect(broker.logins.at(-1)).toBe(broker.token)
    expect(charts.states.filter(state => state === 'open')).toHaveLength(1)
  }, 30_000)
})
