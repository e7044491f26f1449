import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  defineSession,
  type Login,
  type LoginAnswer,
  type SessionAdapter,
  type SessionSettings,
} from '../../adapters/contract.ts'
import { sealCredentials } from '../../adapters/credentials.ts'
import { type Account, beginLogin, finishLogin, keepTicket, type PageLogin, renewLogin } from '../../adapters/login.ts'
import { TickwireError } from '../../shared/errors.ts'
import { Secret } from '../../shared/secret.ts'
import { failure } from '../support/failure.ts'
import { openVault } from '../support/vault.ts'

const GIVEN = { api_key: 'the-api-key', api_secret: 'hush/hush+hush' }
type Given = typeof GIVEN
type TestLogin = Login<SessionSettings, Given, { access_token: string }>

const never = () => {
  throw new Error('not asked')
}

/** An adapter that does nothing but log in. */
function adapterWith(login: Partial<TestLogin> = {}, { isTyped = false } = {}): SessionAdapter {
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
      ...(isTyped
        ? {}
        : {
            url: (_: unknown, { api_key }: Given, state: string) =>
              `https://broker.example/login?key=${api_key}&back=${encodeURIComponent(`state=${state}`)}`,
          }),
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

/** As a login on a page. */
function beginPage(of: Account): PageLogin {
  const login = beginLogin(of)
  if (login.kind !== 'page') throw new Error('not on a page')
  return login
}

const stateOf = (url: Secret): string => /state%3D([\w-]+)/.exec(url.reveal())?.[1] ?? ''
const http = never

describe('a login', () => {
  it('that the adapter gave no longer fitting credentials for is told to begin with those', () => {
    const old = account(adapterWith(), new Secret('{"api_key":"the-api-key"}'))
    expect(failure(() => beginLogin(old))).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      message: 'Account ASHA: adapter testbroker now asks for api_secret',
      next: 'tickwire account add testbroker --name ASHA',
    })
  })

  it('takes the answer that carries its own state, from a browser and from a person', () => {
    const login = beginPage(account())
    const answer = `http://127.0.0.1:1/?code=abc&state=${stateOf(login.url)}`
    expect(login.readAnswer(answer, 'browser')).toMatchObject({ code: 'abc' })
    expect(login.readAnswer(answer, 'person')).toMatchObject({ code: 'abc' })
    expect(stateOf(login.url)).not.toBe(stateOf(beginPage(account()).url))
  })

  it('refuses the answer to another login, and from a browser one that brings no state back', () => {
    const login = beginPage(account())
    const other = `http://127.0.0.1:1/?code=abc&state=${stateOf(beginPage(account()).url)}`
    for (const from of ['browser', 'person'] as const)
      expect(failure(() => login.readAnswer(other, from)).code).toBe('CREDENTIALS_REJECTED')
    const bare = 'http://127.0.0.1:1/?code=abc'
    expect(failure(() => login.readAnswer(bare, 'browser')).code).toBe('CREDENTIALS_REJECTED')
    expect(login.readAnswer(bare, 'person')).toEqual({ code: 'abc' })
    const stateless = beginPage(account(adapterWith({ url: () => 'https://broker.example/login' })))
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
          beginPage(account(adapterWith({ readAnswer: throwing }))).readAnswer(
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

describe('a login without a page', () => {
  const typed = (login: Partial<TestLogin> = {}) => account(adapterWith(login, { isTyped: true }))

  it('asks what the adapter wants to know, or nothing', () => {
    const asking = beginLogin(
      typed({ prompt: () => 'Code of the app', readAnswer: text => ({ code: `read ${text}` }) }),
    )
    expect(asking).toMatchObject({ kind: 'typed', question: 'Code of the app' })
    expect(asking.readAnswer('123456', 'person')).toEqual({ code: 'read 123456' })
    expect(beginLogin(typed())).toMatchObject({ kind: 'typed', question: undefined })
    const satisfied = typed({ prompt: ({ api_secret }) => (api_secret === GIVEN.api_secret ? undefined : 'Code') })
    expect(beginLogin(satisfied)).toMatchObject({ kind: 'typed', question: undefined })
  })

  it('shows no secret when the adapter cannot say what to ask', () => {
    const failing = typed({
      prompt: ({ api_secret }) => {
        throw new Error(`no ${api_secret}`)
      },
    })
    expect(failure(() => beginLogin(failing))).toMatchObject({
      code: 'ADAPTER_INVALID',
      message: 'Adapter testbroker: login.prompt failed: no [redacted]',
    })
  })
})

describe('a renewal', () => {
  const options = { http, now: 3 }

  it('gives a ticket ready to be sealed, for the last one or for none', async () => {
    const asked: unknown[] = []
    const renewing = account(
      adapterWith({
        async renew({ ticket, credentials, now }) {
          asked.push([ticket, credentials, now])
          return { ticket: { access_token: 'renewed' }, expiresAt: 9 }
        },
      }),
    )
    const granted = await renewLogin(renewing, { access_token: 'old' }, options)
    expect(granted).toMatchObject({ grantedAt: 3, expiresAt: 9 })
    expect(granted?.ticket.reveal()).toBe('{"access_token":"renewed"}')
    await renewLogin(renewing, undefined, options)
    expect(asked).toEqual([
      [{ access_token: 'old' }, GIVEN, 3],
      [undefined, GIVEN, 3],
    ])
  })

  it('is none where the account holds nothing for one', async () => {
    expect(await renewLogin(account(), undefined, options)).toBeUndefined()
    const unable = account(adapterWith({ renew: async () => undefined }))
    expect(await renewLogin(unable, undefined, options)).toBeUndefined()
  })

  it('loses every secret that the adapter or the broker repeats, those of the old ticket too', async () => {
    const said = `${GIVEN.api_secret} and old-token-0123`
    const failing = account(
      adapterWith({
        renew: async () => {
          throw new TickwireError('CREDENTIALS_REJECTED', said, { next: said, cause: new Error(said) })
        },
      }),
    )
    const error = await renewLogin(failing, { access_token: 'old-token-0123' }, options).catch((one: unknown) => one)
    expect(error).toMatchObject({ code: 'CREDENTIALS_REJECTED', message: '[redacted] and [redacted]' })
    expect(`${(error as TickwireError).next} ${String((error as TickwireError).cause)}`).not.toMatch(/hush|old-token/)
  })

  it('that gives no ticket is told so', async () => {
    const wrong = account(adapterWith({ renew: async () => ({ ticket: {} as never }) }))
    await expect(renewLogin(wrong, undefined, options)).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
      message: 'Adapter testbroker: its login gave no ticket: access_token',
    })
  })
})

it('a ticket is kept for the credentials that it was granted for, and no others', () => {
  const vault = openVault()
  const mine = account()
  const granted = { ticket: new Secret('{"access_token":"a"}'), grantedAt: 7, holder: 'AB1234' }
  vault.putCredentials('ASHA', mine.credentials, 1)
  expect(keepTicket(vault, mine, granted)).toBe(true)
  expect(vault.ticket('ASHA')).toMatchObject({ grantedAt: 7, holder: 'AB1234' })
  vault.putCredentials('ASHA', new Secret('{"api_key":"another"}'), 2)
  expect(keepTicket(vault, mine, granted)).toBe(false)
  expect(vault.ticket('ASHA')).toBeUndefined()
})
