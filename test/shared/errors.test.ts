import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERROR_CODES, systemCode, TickwireError } from '../../shared/errors.ts'

test('an error knows whether trying again helps and how a command ends with it', () => {
  const error = new TickwireError('BUS_UNAVAILABLE', 'The bus is away', { next: 'tickwire bus' })
  expect(error).toMatchObject({ code: 'BUS_UNAVAILABLE', retry: 'backoff', exitCode: 4, next: 'tickwire bus' })
  expect(error).toBeInstanceOf(Error)
})

test('the cause is kept, and absent when there is none', () => {
  const cause = new Error('below')
  expect(new TickwireError('USAGE', 'x', { cause }).cause).toBe(cause)
  expect('cause' in new TickwireError('USAGE', 'x')).toBe(false)
})

test('every code has a documented exit code, and configuration problems have 78', () => {
  for (const [code, { exit }] of Object.entries(ERROR_CODES)) expect([code, exit]).toEqual([code, expect.any(Number)])
  for (const code of ['CONFIG_INVALID', 'FOLDER_UNUSABLE', 'ALREADY_RUNNING', 'PORT_TAKEN'] as const)
    expect(ERROR_CODES[code].exit).toBe(78)
})

test('the system code of a failed call is found, and nothing else is taken for one', () => {
  const missing = (() => {
    try {
      return readFileSync('/no/such/file')
    } catch (error) {
      return error
    }
  })()
  expect(systemCode(missing)).toBe('ENOENT')
  expect([systemCode(new Error('x')), systemCode({ code: 'E' }), systemCode(undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
