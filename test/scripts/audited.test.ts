import { expect, it } from 'vitest'
import { settingsDigest } from '../../scripts/audited.ts'
import { openInvocation } from '../../scripts/invocation.ts'
import { Secret } from '../../shared/secret.ts'

it('the digest of the settings tells nobody who guesses them what secrets there are, and tells other settings apart', () => {
  const { config } = openInvocation({ color: false })
  const plain = settingsDigest(config)
  const secrets = { brokerCredentials: { apiSecret: new Secret('canary') }, feeds: { MINE: { pin: '4711' } } }
  expect(settingsDigest({ ...config, ...secrets })).toBe(plain)
  expect(settingsDigest({ ...config, validBrokers: ['zerodha'] })).not.toBe(plain)
})
