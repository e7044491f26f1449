import { expect, it } from 'vitest'
import { maskSealed } from '../../scripts/accounts.ts'
import { TickwireError } from '../../shared/errors.ts'
import { scrub } from '../../shared/redaction.ts'
import { Secret } from '../../shared/secret.ts'

const damaged = () => {
  throw new TickwireError('STORE_CORRUPT', 'it is damaged')
}

it('what is sealed of an account is masked, each part though the other is damaged', () => {
  const ticket = () => ({ text: new Secret('{"token":"ticket-of-an-account"}', 'passing'), grantedAt: 1 })
  const credentials = () => new Secret('{"pin":"pin-of-an-account"}')
  maskSealed({ credentials: damaged, ticket }, 'ZERODHA')
  maskSealed({ credentials, ticket: damaged }, 'ZERODHA')
  expect(scrub('bad pin-of-an-account, ticket-of-an-account')).toBe('bad [redacted], [redacted]')
})

it('a vault that is locked is told', () => {
  const locked = () => {
    throw new TickwireError('VAULT_LOCKED', 'no key')
  }
  expect(() => maskSealed({ credentials: locked, ticket: locked }, 'ZERODHA')).toThrowError('no key')
})
