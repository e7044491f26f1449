import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  defineSession,
  type Login,
  type LoginAnswer,
  type SessionAdapter,
  type SessionSettings,
} from '../../adapters/contract.ts'
import { type Account, beginLogin, credentialFields, finishLogin, sealCredentials } from '../../adapters/login.ts'
import { TickwireError } from '../../shared/errors.ts'
import { Secret } from '../../shared/secret.ts'
import { failure } from '../support/failure.ts'

const GIVEN = { api_key: 'the-api-key', api_secret: 'hush/hush+hush' }
type Given = typeof GIVEN

const never = () => {
  throw new Error('not asked')
}

/** An adapter that does nothing but log in. */
function adapterWith(login: Partial<Login<SessionSettings, Given, { access_token: string }>> = {}): SessionAdapter {
  return defineSession<SessionSettings, Given, { access_token: string }>({
    name: 'testbroker',
    title: 'Test',
    label: 'live',
    modes: ['LTP'],
    settings: z.object({ expect_ticks: z.literal('calendar').default('calendar') }),
    credentials: z.strictObject({
      api_key: z.string().min(5, 'is too short').describe('API key'),
      api_secret: z.string().min(5, 'is too short'),
    }),
    ticket: z.strictObject({ access_token: z.string() }),
    limits: { connections: 1, instrumentsPerConnection: 1, instrumentsPerMessage: 1, messagePauseMs: 0 },
    login: {
      url: (_, { api_key }, state) =>
        `https://broker.example/login?key=${api_key}&back=${encodeURIComponent(`state=${state}`)}`,
      readAnswer: readAnswer,
      redeem: async () => ({ ticket: { access_token: 'granted' }, expiresAt: 5, holder: 'AB1234' }),
      ...login,
    },
    master: { requests: never, parse: never, classify: never },
    session: {
      dial: never,
      subscribe: never,
      change: never,
      unsubscribe: never,
      classify: never,
      heartbeat: { suspectMs: 1, deadMs: 2 },
    },
    createDecoder: never,
  })
}

function readAnswer(text: string): LoginAnswer {
  const query = new URL(text).searchParams
  const state = query.get('state')
  return { code: query.get('code') ?? '', ...(state !== null && { state }) }
}

const account = (adapter = adapterWith(), credentials = sealCredentials(adapterWith(), GIVEN)): Account => ({
  name: 'ASHA',
  adapter,
  settings: {},
  credentials,
})

const stateOf = (url: Secret): string => /state%3D([\w-]+)/.exec(url.reveal())?.[1] ?? ''
const http = never

describe('the credentials of an account', () => {
  it('are asked for by name and label, in the order of the adapter', () => {
    expect(credentialFields(adapterWith())).toEqual([
      { name: 'api_key', label: 'API key' },
      { name: 'api_secret', label: 'api_secret' },
    ])
  })

  it('give the same text for the same values, whatever their order', () => {
    const { api_key, api_secret } = GIVEN
    const text = sealCredentials(adapterWith(), { api_secret, api_key }).reveal()
    expect(text).toBe(sealCredentials(adapterWith(), GIVEN).reveal())
    expect(JSON.parse(text)).toEqual(GIVEN)
  })

  it('are refused with every fault named, and no value', () => {
    const error = failure(() => sealCredentials(adapterWith(), { api_secret: 'abcd', api_kye: 'hush/hush' }))
    expect(error).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('api_kye is not asked for; did you mean api_key?'),
      next: 'testbroker asks for: api_key, api_secret',
    })
    expect(error.message).toMatch(/api_key is missing; api_secret: is too short/)
    expect(error.message).not.toMatch(/abcd|hush/)
  })

  it('that an older version of the adapter asked for are told to be given again', () => {
    const old = account(adapterWith(), new Secret('{"api_key":"the-api-key"}'))
    expect(failure(() => beginLogin(old))).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: 'Account ASHA: adapter testbroker now asks for api_secret',
      next: 'tickwire account add testbroker --name ASHA',
    })
  })
})

describe('a login', () => {
  it('takes the answer that carries its own state, from a browser and from a person', () => {
    const login = beginLogin(account())
    const answer = `http://127.0.0.1:1/?code=abc&state=${stateOf(login.url)}`
    expect(login.readAnswer(answer, 'browser')).toMatchObject({ code: 'abc' })
    expect(login.readAnswer(answer, 'person')).toMatchObject({ code: 'abc' })
    expect(stateOf(login.url)).not.toBe(stateOf(beginLogin(account()).url))
  })

  it('refuses the answer to another login, and from a browser one that brings no state back', () => {
    const login = beginLogin(account())
    const other = `http://127.0.0.1:1/?code=abc&state=${stateOf(beginLogin(account()).url)}`
    for (const from of ['browser', 'person'] as const)
      expect(failure(() => login.readAnswer(other, from)).code).toBe('CREDENTIALS_REJECTED')
    const bare = 'http://127.0.0.1:1/?code=abc'
    expect(failure(() => login.readAnswer(bare, 'browser')).code).toBe('CREDENTIALS_REJECTED')
    expect(login.readAnswer(bare, 'person')).toEqual({ code: 'abc' })
    const stateless = beginLogin(account(adapterWith({ url: () => 'https://broker.example/login' })))
    expect(stateless.readAnswer(bare, 'browser')).toEqual({ code: 'abc' })
  })

  it('gives a ticket ready to be sealed, with what a person may know of it', async () => {
    const granted = await finishLogin(account(), { code: 'abc' }, { http, now: 3 })
    expect(JSON.parse(granted.ticket.reveal())).toEqual({ access_token: 'granted' })
    expect(granted).toMatchObject({ grantedAt: 3, expiresAt: 5, holder: 'AB1234' })
    const plain = adapterWith({ redeem: async () => ({ ticket: { access_token: 'granted' } }) })
    expect(await finishLogin(account(plain), { code: 'abc' }, { http, now: 3 })).toEqual({
      ticket: expect.any(Secret),
      grantedAt: 3,
    })
  })

  it('does not take for a ticket what is none, and shows nothing of it', async () => {
    const wrong = adapterWith({ redeem: async () => ({ ticket: { token: 'granted' } as never }) })
    const error = await finishLogin(account(wrong), { code: 'abc' }, { http, now: 3 }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'ADAPTER_INVALID', message: expect.stringContaining('access_token') })
    expect(String(error)).not.toContain('granted')
  })

  it('loses every secret that the adapter or the broker repeats', async () => {
    const { api_secret } = GIVEN
    const said = `code-0123456789, ${api_secret},\n${encodeURIComponent(api_secret)}, ${Buffer.from(api_secret).toString('base64')}`
    for (const error of [
      new TickwireError('CREDENTIALS_REJECTED', said, { next: said, cause: new Error(said) }),
      new Error(said),
      Object.assign(new Error(said), { code: 'BROKER_REFUSED' }),
    ]) {
      const throwing = () => {
        throw error
      }
      const rejecting = account(adapterWith({ redeem: () => Promise.reject(error) }))
      const caught = [
        await finishLogin(rejecting, { code: 'code-0123456789' }, { http, now: 1 }).catch((one: unknown) => one),
        await finishLogin(
          account(adapterWith({ redeem: throwing })),
          { code: 'code-0123456789' },
          { http, now: 1 },
        ).catch((one: unknown) => one),
        failure(() =>
          beginLogin(account(adapterWith({ readAnswer: throwing }))).readAnswer(
            'http://x/?code=code-0123456789',
            'person',
          ),
        ),
      ]
      for (const one of caught) {
        expect(one).toBeInstanceOf(TickwireError)
        const { code, message, next = '', cause } = one as TickwireError
        expect(code).toBe('code' in error ? error.code : 'ADAPTER_INVALID')
        expect(`${message} ${next} ${String(cause)}`).not.toMatch(/code-0123|hush|aHVzaC/)
        expect(message).toContain('[redacted], [redacted], [redacted], [redacted]')
      }
    }
  })
})
