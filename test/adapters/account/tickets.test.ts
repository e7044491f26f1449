import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { VaultTickets } from '../../../adapters/account/tickets.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { scrub } from '../../../shared/redaction.ts'
import { Secret } from '../../../shared/secret.ts'
import { keptLog } from '../../support/log.ts'

const adapter = { ticket: z.object({ access_token: z.string() }) }
const open: VaultTickets[] = []
afterEach(() => {
  for (const tickets of open.splice(0)) tickets.close()
})

/** A vault that another process writes. */
class FakeVault {
  written = 0
  failure: TickwireError | undefined
  #text: string | undefined
  #grantedAt = 0
  #credentials: string | undefined
  credentialsFailure: TickwireError | undefined

  credentials() {
    if (this.credentialsFailure) throw this.credentialsFailure
    return this.#credentials === undefined ? undefined : new Secret(this.#credentials)
  }

  putCredentials(text: string): void {
    this.#credentials = text
    this.put(undefined)
  }

  version = (): number => this.written

  ticket() {
    if (this.failure) throw this.failure
    return this.#text === undefined
      ? undefined
      : { text: new Secret(this.#text), grantedAt: this.#grantedAt, expiresAt: 99 }
  }

  put(text: string | undefined): void {
    this.#text = text
    this.#grantedAt++
    this.written++
  }
}

function follow(vault = new FakeVault()) {
  const clock = new ManualClock()
  const { log, lines } = keptLog()
  const secrets: string[] = []
  const onSecret = (sealed: Secret) => secrets.push(sealed.reveal())
  const tickets = new VaultTickets({ vault, account: 'ZERODHA', adapter, onSecret, clock, log })
  open.push(tickets)
  let changes = 0
  tickets.listen(() => changes++)
  return { vault, clock, tickets, lines, secrets, changes: () => changes }
}

const TICKET = '{"access_token":"abcdef"}'

describe('the ticket of an account', () => {
  it('is read at the start', () => {
    const vault = new FakeVault()
    vault.put(TICKET)
    const { tickets, changes } = follow(vault)
    expect(tickets.current()).toEqual({ ticket: { access_token: 'abcdef' }, mark: '1', expiresAt: 99 })
    expect(changes()).toBe(0)
  })

  it('is followed within a quarter of a second: a login, another one, and its end', () => {
    const { vault, clock, tickets, changes } = follow()
    expect(tickets.current()).toBeUndefined()
    vault.put(TICKET)
    clock.advance(250)
    expect([tickets.current()?.mark, changes()]).toEqual(['1', 1])
    vault.put('{"access_token":"ghijkl"}')
    clock.advance(250)
    expect([tickets.current()?.ticket, changes()]).toEqual([{ access_token: 'ghijkl' }, 2])
    vault.put(undefined)
    clock.advance(250)
    expect([tickets.current(), changes()]).toEqual([undefined, 3])
  })

  it('is no news when another account’s record was written', () => {
    const { vault, clock, changes } = follow()
    vault.put(TICKET)
    clock.advance(250)
    vault.written++
    clock.advance(250)
    expect(changes()).toBe(1)
  })

  it('stays what it was while the vault cannot be read, which is told once', () => {
    const { vault, clock, tickets, lines } = follow()
    vault.put(TICKET)
    clock.advance(250)
    vault.failure = new TickwireError('STORE_BUSY', 'busy')
    vault.written++
    clock.advance(5000)
    expect(tickets.current()?.mark).toBe('1')
    expect(lines).toHaveLength(1)
    vault.failure = undefined
    vault.put('{"access_token":"ghijkl"}')
    clock.advance(250)
    expect(tickets.current()?.mark).toBe('2')
  })

  it.each([
    ['is no JSON', 'secret-that-is-no-json'],
    ['is another adapter’s', '{"feed_token":"secret-of-another"}'],
  ])('that %s counts as none until the next login, and its text is told nobody', (_, text) => {
    const vault = new FakeVault()
    vault.put(text)
    const { clock, tickets, lines } = follow(vault)
    expect(tickets.current()).toBeUndefined()
    expect(JSON.stringify(lines.map(({ details }) => String(details.err)))).not.toContain('secret-')
    expect(String(lines[0]?.details.err)).toContain('is not one of its adapter')
    vault.put(TICKET)
    clock.advance(250)
    expect(tickets.current()).toBeDefined()
  })

  it('of a vault that is locked is not waited for', () => {
    const vault = new FakeVault()
    vault.failure = new TickwireError('VAULT_LOCKED', 'its key is missing')
    expect(() => follow(vault)).toThrowError(vault.failure)
  })

  it('is told to whoever must keep it out of what he writes, before it is used', () => {
    const { vault, clock, secrets } = follow()
    vault.put(TICKET)
    clock.advance(250)
    expect(secrets).toEqual([TICKET])
  })

  it('comes with credentials that are masked from then on, though this process never uses them', () => {
    const vault = new FakeVault()
    vault.putCredentials('{"pin":"pin-at-the-start"}')
    const { clock, secrets } = follow(vault)
    expect(scrub('bad pin-at-the-start')).toBe('bad [redacted]')
    vault.putCredentials('{"pin":"pin-of-later"}')
    clock.advance(250)
    expect(scrub('bad pin-of-later')).toBe('bad [redacted]')
    expect(secrets).toEqual(['{"pin":"pin-at-the-start"}', '{"pin":"pin-of-later"}'])
  })

  it('is followed though the credentials are damaged, which is told once', () => {
    const vault = new FakeVault()
    vault.credentialsFailure = new TickwireError('STORE_CORRUPT', 'they are damaged')
    const { clock, tickets, lines } = follow(vault)
    vault.put(TICKET)
    clock.advance(250)
    expect(tickets.current()?.mark).toBe('1')
    expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining('not masked')])
  })
})
