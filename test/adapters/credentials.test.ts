import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { SessionAdapter } from '../../adapters/contract.ts'
import { credentialFields, openCredentials, sealCredentials } from '../../adapters/credentials.ts'
import { failure } from '../support/failure.ts'

const GIVEN = { api_key: 'the-api-key', api_secret: 'hush/hush+hush' }

const asking = (credentials: z.ZodType) => ({ name: 'testbroker', credentials }) as SessionAdapter

const KEYS = asking(
  z.strictObject({
    api_key: z.string().min(5, 'is too short').describe('API key'),
    api_secret: z.string().min(5, 'is too short'),
  }),
)

const OPTIONAL = asking(
  z.strictObject({
    pin: z.string().min(4, 'is too short').describe('PIN'),
    totp_secret: z.string().min(16, 'is too short').describe('TOTP secret').optional(),
    state: z.string().min(1).optional().describe('State'),
  }),
)

describe('the credentials of an account', () => {
  it('are asked for by name and label, in the order of the adapter', () => {
    expect(credentialFields(KEYS)).toEqual([
      { name: 'api_key', label: 'API key', isOptional: false },
      { name: 'api_secret', label: 'api_secret', isOptional: false },
    ])
  })

  it('that may be missing keep their label, wherever it was described', () => {
    expect(credentialFields(OPTIONAL)).toEqual([
      { name: 'pin', label: 'PIN', isOptional: false },
      { name: 'totp_secret', label: 'TOTP secret', isOptional: true },
      { name: 'state', label: 'State', isOptional: true },
    ])
  })

  it('have to be an object of fields', () => {
    expect(failure(() => credentialFields(asking(z.string())))).toMatchObject({
      code: 'ADAPTER_INVALID',
      message: 'Adapter testbroker: credentials is no zod object',
    })
  })

  it('give the same text for the same values, whatever their order', () => {
    const { api_key, api_secret } = GIVEN
    const text = sealCredentials(KEYS, { api_secret, api_key }).reveal()
    expect(text).toBe(sealCredentials(KEYS, GIVEN).reveal())
    expect(JSON.parse(text)).toEqual(GIVEN)
  })

  it('that are optional and empty are not there, as if nobody had spoken of them', () => {
    const bare = sealCredentials(OPTIONAL, { pin: '1234' }).reveal()
    expect(bare).toBe('{"pin":"1234"}')
    expect(sealCredentials(OPTIONAL, { pin: '1234', totp_secret: '', state: '  ' }).reveal()).toBe(bare)
    const error = failure(() => sealCredentials(OPTIONAL, { pin: '', totp_secret: 'abcd' }))
    expect(error).toMatchObject({
      message: 'Credentials: pin: is too short; totp_secret: is too short',
      next: 'testbroker asks for: pin, totp_secret (optional), state (optional)',
    })
  })

  it('are refused with every fault named, and no value', () => {
    const error = failure(() => sealCredentials(KEYS, { api_secret: 'abcd', api_kye: 'hush/hush' }))
    expect(error).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('api_kye is not asked for; did you mean api_key?'),
      next: 'testbroker asks for: api_key, api_secret',
    })
    expect(error.message).toMatch(/api_key is missing; api_secret: is too short/)
    expect(error.message).not.toMatch(/abcd|hush/)
  })

  it('lacking some are refused with those alone', () => {
    const { message } = failure(() => sealCredentials(KEYS, { api_key: 'the-api-key', extra: 'hush/hush' }))
    expect(message).toBe('Credentials: extra is not asked for; api_secret is missing')
    expect(failure(() => sealCredentials(KEYS, {})).message).toBe(
      'Credentials: api_key is missing; api_secret is missing',
    )
  })

  it('that do not go together are refused in the words of the adapter', () => {
    const { credentials } = KEYS
    const together = asking((credentials as z.ZodObject).refine(() => false, 'key and secret are of two apps'))
    expect(failure(() => sealCredentials(together, GIVEN)).message).toBe('Credentials: key and secret are of two apps')
  })

  it('are opened as the adapter has them, also those of before it asked for more that is optional', () => {
    expect(openCredentials('ASHA', OPTIONAL, sealCredentials(OPTIONAL, { pin: '1234' }))).toEqual({ pin: '1234' })
    expect(failure(() => openCredentials('ASHA', KEYS, sealCredentials(OPTIONAL, { pin: '1234' })))).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      next: 'tickwire account add testbroker --name ASHA',
    })
  })
})
