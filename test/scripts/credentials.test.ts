import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { obtainCredentials, parseCredentials } from '../../scripts/credentials.ts'
import { isSecretName } from '../../shared/redaction.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { failure } from '../support/failure.ts'

const FIELDS = [
  { name: 'api_key', label: 'API key', isOptional: false },
  { name: 'api_secret', label: 'API secret', isOptional: false },
]

describe('credentials that are handed over as a text', () => {
  it('are lines of name=value, with comments, empty lines and quotation marks', () => {
    const text = '# mine\n\napi_key = a=b#c\r\napi_secret="hush hush"\npin=\'007\'\nempty='
    expect(parseCredentials(text)).toEqual({ api_key: 'a=b#c', api_secret: 'hush hush', pin: '007', empty: '' })
  })

  it('are a JSON object of texts', () => {
    const values = fc.dictionary(fc.stringMatching(/^\w+$/), fc.string())
    fc.assert(
      fc.property(values, given => {
        expect(parseCredentials(JSON.stringify(given))).toEqual({ ...given })
      }),
    )
  })

  it.each([
    ['{"api_key": hush}', 'this is no valid JSON'],
    ['{"api_key": "x", "pin": 7}', 'pin has to be a text, in quotation marks'],
    ['{"api_key": {"a": "hush"}}', 'api_key has to be a text, in quotation marks'],
    ['api_key=x\nhush', 'line 2 is no name=value'],
    ['api_key=x\napi_key=hush', 'api_key is there twice'],
  ])('are refused without being repeated: %j', (text, why) => {
    const error = failure(() => parseCredentials(text))
    expect(error).toMatchObject({ code: 'USAGE', message: `Credentials: ${why}` })
    expect(`${error.message}${error.next}${String(error.cause)}`).not.toContain('hush')
  })

  it('come from a file, which has to hold some', async () => {
    const file = join(temporaryPath(), 'keys')
    writeFileSync(file, 'api_key=1\napi_secret=2\n')
    expect(await obtainCredentials(FIELDS, file, {})).toEqual({
      values: { api_key: '1', api_secret: '2' },
      variables: [],
    })
    writeFileSync(file, '\n')
    await expect(obtainCredentials(FIELDS, file, {})).rejects.toMatchObject({
      message: `Credentials: ${file} is empty`,
    })
    await expect(obtainCredentials(FIELDS, '/nowhere', {})).rejects.toMatchObject({
      code: 'USAGE',
      message: 'The file /nowhere cannot be read (ENOENT)',
    })
  })
})

it('a value is hidden by what its name says of it', () => {
  for (const name of ['api_key', 'apiKey', 'api_secret', 'password', 'totp_seed', 'pin', 'mpin', 'access_token'])
    expect(isSecretName(name), name).toBe(true)
  for (const name of ['client_id', 'user', 'rate', 'spinner']) expect(isSecretName(name), name).toBe(false)
})
