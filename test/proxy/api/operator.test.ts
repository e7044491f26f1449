import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { holds } from '../../support/holds.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'

let rig: ProxyRig
let admin: string

beforeAll(async () => {
  rig = await startRig({ proxy: { pingMs: 50 } })
  const now = systemClock.now()
  admin = rig.store.keys.create({ userId: 'bob', label: 'operator', scopes: ['admin'], now }).key.reveal()
})

afterAll(() => rig.close())

interface Operator {
  readonly clientList: readonly Readonly<Record<string, unknown>>[]
  readonly moreClients: number
  readonly feeds: readonly { readonly name: string }[]
}

const ask = async (key: string) => {
  const response = await fetch(`http://127.0.0.1:${rig.port}/api/v1/operator`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return { status: response.status, body: (await response.json()) as Operator & { error?: string } }
}

describe('the operator view', () => {
  it('is for keys with the scope admin, and names the command that gives it', async () => {
    const { status, body } = await ask(rig.keys.alice)
    expect(status).toBe(403)
    expect(body.error).toContain('--admin')
    expect((await ask('f'.repeat(64))).status).toBe(401)
  })

  it('tells the feeds of all users, and each client with its key, its user and what waits for it', async () => {
    const client = await rig.enter()
    const extended = await rig.connect()
    await extended.ask({ action: 'authenticate', api_key: rig.keys.alice, features: ['seq'] })
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    const { body } = await ask(admin)
    expect(body.feeds.map(({ name }) => name)).toContain('TESTFEED')
    expect(body.moreClients).toBe(0)
    expect(body.clientList).toHaveLength(2)
    const told = body.clientList.find(({ isExtended }) => !isExtended)
    expect(told).toMatchObject({ kind: 'websocket', address: '127.0.0.1', userId: 'alice', subscriptions: 1 })
    expect(body.clientList.filter(({ isExtended }) => isExtended)).toMatchObject([{ subscriptions: 0 }])
    expect(JSON.stringify(body)).not.toContain(rig.keys.alice)
    client.close()
    extended.close()
  })

  it('tells how long the last ping of a client took, there and back', async () => {
    const client = await rig.enter()
    await holds(async () => expect((await ask(admin)).body.clientList[0]?.lagMs).toBeGreaterThan(0))
    client.close()
  })

  it('is over as soon as the key loses the scope', async () => {
    const { key, record } = rig.store.keys.create({
      userId: 'bob',
      label: 'for a day',
      scopes: ['admin'],
      now: systemClock.now(),
    })
    expect((await ask(key.reveal())).status).toBe(200)
    rig.store.keys.revoke(record.id, systemClock.now())
    await holds(async () => expect((await ask(key.reveal())).status).toBe(401))
  })
})
