import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Renewal } from '../../../adapters/account/renewal.ts'
import { VaultTickets } from '../../../adapters/account/tickets.ts'
import type { Granted, Login, SessionAdapter } from '../../../adapters/contract.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { Secret } from '../../../shared/secret.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { keptLog } from '../../support/log.ts'
import { openVault, temporaryKey } from '../../support/vault.ts'
import { pass } from '../runtime/rig.ts'

const MINUTE = 60_000
const NAME = 'TESTBROKER'
const WITH_SECRET = '{"pin":"canary-pin","totp":"canary-totp"}'
const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

type Renew = NonNullable<Login<unknown, { pin: string; totp?: string }, { token: string }>['renew']>

/** What the account's process has, and the vault as another process sees it. */
function account({ credentials = WITH_SECRET, ticket = undefined as string | undefined } = {}) {
  const folder = temporaryFolder()
  const key = temporaryKey()
  const [vault, elsewhere] = [openVault(folder, key), openVault(folder, key)]
  const clock = new ManualClock()
  const { log, lines } = keptLog()
  const asked: { token: string | undefined; pin: string }[] = []
  const told: (string | undefined)[] = []
  const broker = {
    /** What the next renewals give; the last one stays. */
    answers: [] as (Granted<{ token: string }> | TickwireError | undefined)[],
    before: () => {},
    isOpen: false,
  }
  const renew: Renew = async ({ ticket: last, credentials: { pin }, now }) => {
    asked.push({ token: last?.token, pin })
    broker.before()
    const answer = broker.answers.length > 1 ? broker.answers.shift() : broker.answers[0]
    if (answer instanceof TickwireError) throw answer
    return answer && { ...answer, ticket: { token: `${answer.ticket.token}-${now}` } }
  }
  const adapter = {
    name: 'testbroker',
    credentials: z.object({ pin: z.string(), totp: z.string().optional() }),
    ticket: z.object({ token: z.string() }),
    login: { renew },
  } as unknown as SessionAdapter
  elsewhere.putCredentials(NAME, new Secret(credentials), clock.now())
  const logIn = (token: string, grantedAt = clock.now()) =>
    elsewhere.putTicket(NAME, new Secret(JSON.stringify({ token })), { grantedAt })
  if (ticket !== undefined) logIn(ticket, clock.now() - MINUTE)
  let news = 0
  const start = () => {
    const tickets = new VaultTickets({ vault, account: NAME, adapter, clock, log })
    const renewal = new Renewal({
      tickets,
      vault,
      account: NAME,
      adapter,
      settings: {},
      http: () => Promise.reject(new Error('not asked')),
      isOpen: () => broker.isOpen,
      tell: text => told.push(text),
      clock,
      log,
    })
    open.push(renewal, tickets)
    renewal.listen(() => news++)
    return renewal
  }
  const step = (ms: number) => pass(clock, ms, 250)
  return { vault, elsewhere, clock, lines, asked, told, broker, adapter, logIn, start, step, news: () => news }
}

const tokenOf = (renewal: Renewal) => (renewal.current()?.ticket as { token: string } | undefined)?.token
const granted = (token: string, expiresAt?: number) => ({
  ticket: { token },
  ...(expiresAt === undefined ? {} : { expiresAt }),
})
const failing = (code: ConstructorParameters<typeof TickwireError>[0]) => new TickwireError(code, 'so it is.')

describe('the ticket of an account', () => {
  it('is renewed when the broker has refused it, sealed as a login seals it, and told in one line', async () => {
    const { start, broker, asked, lines, elsewhere, step, news, clock } = account({ ticket: 'old' })
    broker.answers = [granted('new', 99)]
    const renewal = start()
    await step(1000)
    expect(asked).toEqual([])
    renewal.look()
    await step(250)
    expect(asked).toEqual([{ token: 'old', pin: 'canary-pin' }])
    expect(tokenOf(renewal)).toMatch(/^new-/)
    expect(news()).toBe(1)
    expect(elsewhere.ticket(NAME)).toMatchObject({ grantedAt: clock.now() - 250, expiresAt: 99 })
    expect(lines.map(({ text }) => text)).toEqual(['the login was renewed without a person'])
  })

  it('is made before there is a first one', async () => {
    const { start, broker, asked, step } = account()
    broker.answers = [granted('first')]
    const renewal = start()
    await step(250)
    expect(asked).toEqual([{ token: undefined, pin: 'canary-pin' }])
    expect(tokenOf(renewal)).toMatch(/^first-/)
  })

  it('is not renewed when its announced end is over, but when the broker refuses it', async () => {
    const { start, elsewhere, asked, step, clock, broker } = account()
    elsewhere.putTicket(NAME, new Secret('{"token":"old"}'), { grantedAt: 1, expiresAt: clock.now() - 1 })
    broker.answers = [granted('new')]
    const renewal = start()
    await step(MINUTE)
    expect(asked).toEqual([])
    renewal.look()
    await step(250)
    expect(asked).toHaveLength(1)
  })

  it('is asked for once, however often the broker refuses the old one, and whatever it says', async () => {
    const { start, broker, asked, told, step } = account({ ticket: 'old' })
    broker.answers = [failing('CREDENTIALS_REJECTED')]
    const renewal = start()
    for (let times = 0; times < 3; times++) {
      renewal.look()
      await step(1000)
    }
    await step(30 * MINUTE)
    expect(asked).toHaveLength(1)
    expect(told.at(-1)).toBe('no new login without a person: CREDENTIALS_REJECTED: so it is')
  })

  it('is not asked for again where the account holds nothing for it', async () => {
    const { start, broker, asked, lines, told, step } = account({ ticket: 'old' })
    broker.answers = [undefined]
    const renewal = start()
    renewal.look()
    await step(10 * MINUTE)
    expect([asked.length, lines, told.at(-1)]).toEqual([1, [], undefined])
  })

  it('is asked for again a minute later while the broker does not answer, as long as that takes', async () => {
    const { start, broker, asked, step, lines } = account({ ticket: 'old' })
    broker.answers = [failing('BROKER_UNREACHABLE')]
    const renewal = start()
    renewal.look()
    await step(9.5 * MINUTE)
    expect(asked).toHaveLength(10)
    broker.answers = [granted('new')]
    await step(MINUTE)
    expect(tokenOf(renewal)).toMatch(/^new-/)
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('is given up after three other failures in a row, until a person logs in', async () => {
    const { start, broker, asked, told, step, logIn } = account({ ticket: 'old' })
    broker.answers = [failing('BROKER_RATE_LIMITED')]
    const renewal = start()
    renewal.look()
    await step(30 * MINUTE)
    expect(asked).toHaveLength(3)
    expect(told.at(-1)).toBe('no new login without a person: BROKER_RATE_LIMITED: so it is')
    logIn('by hand')
    await step(1000)
    expect([tokenOf(renewal), told.at(-1)]).toEqual(['by hand', undefined])
    renewal.look()
    await step(1000)
    expect(asked).toHaveLength(4)
  })

  it('that is refused again and again although renewed is given up, a minute between the tries', async () => {
    const { start, broker, asked, step } = account({ ticket: 'old' })
    broker.answers = [granted('new')]
    const renewal = start()
    renewal.look()
    await step(1000)
    for (let seconds = 0; seconds < 600; seconds++) {
      renewal.look()
      await step(1000)
      expect(asked.length).toBeLessThanOrEqual(2 + Math.floor(seconds / 60))
    }
    expect(asked).toHaveLength(3)
  })

  it('that lasted for a while after its renewal is renewed as if it were the first time', async () => {
    const { start, broker, asked, step, clock } = account({ ticket: 'old' })
    broker.answers = [granted('new')]
    const renewal = start()
    for (let day = 1; day <= 5; day++) {
      renewal.look()
      await step(1000)
      expect(asked).toHaveLength(day)
      clock.freeze(15 * MINUTE)
      await step(1000)
    }
  })

  it('is left alone when the broker takes it after all', async () => {
    const { start, broker, asked, step } = account({ ticket: 'old' })
    broker.answers = [failing('BROKER_UNREACHABLE')]
    const renewal = start()
    renewal.look()
    await step(1000)
    broker.isOpen = true
    await step(10 * MINUTE)
    broker.isOpen = false
    await step(10 * MINUTE)
    expect(asked).toHaveLength(1)
  })
})

describe('what a person does while a renewal is under way', () => {
  it('counts: his login stays', async () => {
    const { start, broker, logIn, step, lines } = account({ ticket: 'old' })
    broker.answers = [granted('new')]
    const renewal = start()
    await step(1000)
    broker.before = () => logIn('by hand')
    renewal.look()
    await step(1000)
    expect(tokenOf(renewal)).toBe('by hand')
    expect(lines.map(({ text }) => text)).toEqual(['somebody has logged in meanwhile: that counts'])
  })

  it('counts: what other credentials gave is thrown away, and the new ones are tried a minute later', async () => {
    const { start, broker, elsewhere, step, asked } = account()
    broker.answers = [granted('new')]
    broker.before = () => {
      if (asked.length === 1) elsewhere.putCredentials(NAME, new Secret('{"pin":"another"}'), 5)
    }
    const renewal = start()
    await step(30_000)
    expect([tokenOf(renewal), elsewhere.ticket(NAME)]).toEqual([undefined, undefined])
    await step(MINUTE)
    expect(asked.map(({ pin }) => pin)).toEqual(['canary-pin', 'another'])
    expect(tokenOf(renewal)).toMatch(/^new-/)
  })
})

it('credentials that are refused are tried again when a person has given others, and not when another account got some', async () => {
  const { start, broker, elsewhere, step, asked } = account()
  broker.answers = [failing('CREDENTIALS_REJECTED')]
  start()
  await step(5 * MINUTE)
  elsewhere.putCredentials('OTHER', new Secret('{"pin":"another"}'), 5)
  await step(5 * MINUTE)
  expect(asked).toHaveLength(1)
  elsewhere.putCredentials(NAME, new Secret('{"pin":"right"}'), 5)
  await step(5 * MINUTE)
  expect(asked.map(({ pin }) => pin)).toEqual(['canary-pin', 'right'])
})

it('a vault that cannot be opened is told once, and looked into again', async () => {
  const { start, broker, vault, elsewhere, clock, told, asked, step } = account()
  broker.answers = [failing('CREDENTIALS_REJECTED'), granted('new')]
  start()
  await step(1000)
  const locked = vi.spyOn(vault, 'credentials').mockImplementation(() => {
    throw failing('VAULT_LOCKED')
  })
  elsewhere.putCredentials(NAME, new Secret('{"pin":"canary-other"}'), clock.now())
  await step(5000)
  expect(told.filter(text => text === 'no new login without a person: VAULT_LOCKED: so it is')).toHaveLength(1)
  locked.mockRestore()
  await step(MINUTE)
  expect(asked.at(-1)?.pin).toBe('canary-other')
})

it('a renewal says nothing secret, not even when the broker repeats it', async () => {
  const { start, broker, step, lines, told } = account({ ticket: 'canary-token' })
  broker.answers = [new TickwireError('BROKER_REFUSED', 'no canary-totp canary-pin canary-token')]
  const renewal = start()
  renewal.look()
  await step(1000)
  const said = JSON.stringify([told, lines.map(({ details, text }) => [text, String(details.err)])])
  expect(said).toContain('no [redacted] [redacted] [redacted]')
  expect(said).not.toContain('canary')
})

it('nothing is renewed for an adapter that cannot, or after the end', async () => {
  const able = account({ ticket: 'old' })
  able.broker.answers = [granted('new')]
  const closed = able.start()
  closed.close()
  closed.look()
  await able.step(MINUTE)
  const unable = account()
  Object.assign(unable.adapter, { login: {} })
  unable.start()
  await unable.step(MINUTE)
  expect([able.asked, unable.asked, unable.told]).toEqual([[], [], []])
})
