import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { identityOf } from '../../../proxy/api/identity.ts'
import { Turns } from '../../../proxy/api/turns.ts'
import { refusalOfRequest } from '../../../proxy/handshake.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { newKey, newTicket } from '../../../shared/key.ts'
import { ALICE, bareApi } from '../../support/api.ts'

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

/** Routes that say who asked. */
async function open(options: Parameters<typeof bareApi>[0] = {}) {
  const api = await bareApi(options)
  const schema = { querystring: z.object({ limit: z.coerce.number({ error: 'must be a number' }).optional() }) }
  api.get('/api/v1/plain', { schema }, async request => identityOf(request).keyId)
  api.get('/api/v1/desk', { config: { access: { scope: 'admin' } } }, async request => identityOf(request).keyId)
  api.get('/api/v1/stream', { config: { access: { takesTicket: true } } }, async request => identityOf(request).keyId)
  const body = z.object({ apikey: z.string().optional() })
  api.post(
    '/api/v1/quotes',
    { config: { access: { takesBodyKey: true } }, schema: { body } },
    async request => identityOf(request).keyId,
  )
  return api
}

describe('a route', () => {
  it('knows who asks by a bearer or by the classic header', async () => {
    const api = await open()
    expect((await api.inject({ url: '/api/v1/plain', ...bearer('alice') })).body).toBe('A')
    expect((await api.inject({ url: '/api/v1/plain', headers: { 'x-api-key': 'alice' } })).body).toBe('A')
  })

  it('tells who has no key of nothing else, not even of a wrong parameter', async () => {
    const api = await open()
    const refused = await api.inject('/api/v1/plain?limit=x')
    expect([refused.statusCode, refused.json()]).toEqual([
      401,
      { error: 'send a valid API key as "Authorization: Bearer KEY"', code: 'AUTHENTICATION_ERROR' },
    ])
    const wrong = await api.inject({ url: '/api/v1/plain?limit=x', ...bearer('alice') })
    expect([wrong.statusCode, wrong.json()]).toEqual([
      400,
      { error: 'limit=x is not understood: must be a number', code: 'INVALID_PARAMETERS' },
    ])
  })

  it('takes a key from the body where it says so, and nowhere else', async () => {
    const api = await open()
    const post = (payload: object | string) => api.inject({ method: 'POST', url: '/api/v1/quotes', payload })
    expect((await post({ apikey: 'alice' })).body).toBe('A')
    expect((await post(JSON.stringify({ apikey: 'alice' }))).body).toBe('A')
    expect((await post({ apikey: 'mallory' })).statusCode).toBe(401)
    expect((await post('{')).json()).toEqual({ error: 'the body is no JSON', code: 'INVALID_JSON' })
    expect((await post({ apikey: 'x'.repeat(70_000) })).statusCode).toBe(413)
  })

  it('is for the scope it names', async () => {
    const denied = await (await open()).inject({ url: '/api/v1/desk', ...bearer('alice') })
    expect([denied.statusCode, denied.json().error]).toEqual([403, expect.stringContaining('--admin')])
    const access = { identify: () => ALICE, redeem: () => ALICE, allows: () => true }
    expect((await (await open({ access })).inject({ url: '/api/v1/desk', ...bearer('alice') })).body).toBe('A')
  })

  it('takes a ticket from the address where it says so, and tells who put a lasting key there to replace it', async () => {
    const access = {
      identify: () => undefined,
      redeem: (text: string) => (text === 'ticket' ? ALICE : ('lasting' as const)),
      allows: () => false,
    }
    const api = await open({ access })
    expect((await api.inject('/api/v1/stream?ticket=ticket')).body).toBe('A')
    expect((await api.inject('/api/v1/plain?ticket=ticket')).statusCode).toBe(401)
    const lasting = await api.inject('/api/v1/stream?ticket=key')
    expect([lasting.statusCode, lasting.json().error]).toEqual([400, expect.stringContaining('replace this key')])
  })

  it('tells who shows a used ticket again to ask for another, and does not count that as a bad key', async () => {
    let counted = 0
    const registry = {
      ask: (_: unknown, answer?: (verdict: object) => void) => {
        counted++
        answer?.({})
      },
    }
    const api = await open({ registry, keys: {} })
    const used = newTicket().text.reveal()
    const refused = await api.inject(`/api/v1/stream?ticket=${used}`)
    expect([refused.statusCode, refused.json()]).toEqual([
      401,
      { error: expect.stringContaining('this ticket is used up'), code: 'AUTHENTICATION_ERROR' },
    ])
    expect(counted).toBe(0)
    await api.inject({ url: '/api/v1/stream', ...bearer(used) })
    await api.inject('/api/v1/stream?ticket=guess')
    await api.inject(`/api/v1/stream?ticket=${used}x`)
    expect(counted).toBe(3)
  })

  it('counts bad keys, and tells a locked address to wait', async () => {
    const registry = {
      ask: (_: unknown, answer?: (verdict: object) => void) => answer?.({ isLocked: true, waitMs: 1500 }),
    }
    const locked = await (await open({ registry })).inject({ url: '/api/v1/plain', ...bearer('mallory') })
    expect([locked.statusCode, locked.headers['retry-after']]).toEqual([429, '2'])
  })

  it('answers a key at its pace, and names the setting above it', async () => {
    const clock = new ManualClock()
    const api = await open({ turns: new Turns({ requestsPerSecond: 2, requestsBurst: 3 }, clock) })
    const ask = () => api.inject({ url: '/api/v1/plain', ...bearer('alice') })
    for (let nth = 0; nth < 3; nth++) expect((await ask()).statusCode).toBe(200)
    const refused = await ask()
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1'])
    expect(refused.json()).toEqual({ error: expect.stringContaining('requests_per_second'), code: 'LIMIT_REACHED' })
    clock.advance(500)
    expect((await ask()).statusCode).toBe(200)
  })
})

describe('the door', () => {
  const rules = { isTls: true, isNear: true, origins: [], isForwarder: () => false }
  const refusal = (url: string) => refusalOfRequest({ url, headers: {}, socket: { remoteAddress: '127.0.0.1' } }, rules)
  const own = newKey().text.reveal()

  it.each([
    `/api/v1/status?ticket=${own}`,
    `/?ticket=${own}`,
    `/api/v1/stream/?ticket=${own}`,
    `/api/v1/stream?key=${own}`,
    `/api/v1/stream?Ticket=${own}`,
    `/api/v1/stream?ticket=${'f'.repeat(64)}`,
    `/api/v1/stream?api_key=1&ticket=${own}`,
  ])('lets no key stand in the address: %s', url => {
    expect(refusal(url)?.status).toBe(400)
  })

  it('lets a ticket stand there for a stream', () => {
    expect(refusal(`/api/v1/stream?ticket=${own}`)).toBeUndefined()
  })
})
