import { expect, it } from 'vitest'
import { isPlaceholder, refuseSharedIdentity } from '../../scripts/safety.ts'
import { Secret } from '../../shared/secret.ts'
import { failure } from '../support/failure.ts'

it.each([
  'YOUR_KEY',
  'YOUR_API_KEY',
  '<your-api-key-here>',
  'YOUR_BROKER_API_SECRET',
  'YOUR_OPENALGO_API_KEY',
  'changeme',
  'change-me',
  'password',
  'secret',
  'API_KEY',
  'xxxxxxxx',
  '0000000000000000',
])('%s is no secret but an example', text => {
  expect(isPlaceholder(new Secret(text))).toBe(true)
})

it.each(['tw_live_abc123_x', 'f00dcafe'.repeat(8), 'kiteapikey7', 'mysecretisgood', 'token99'])(
  '%s may be one',
  text => {
    expect(isPlaceholder(new Secret(text))).toBe(false)
  },
)

it('tickwire up is refused an identity that all its processes would share', () => {
  expect(() => refuseSharedIdentity({ identityFile: undefined })).not.toThrow()
  expect(failure(() => refuseSharedIdentity({ identityFile: '/run/one' }))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('TICKWIRE_IDENTITY_FILE'),
  })
})
