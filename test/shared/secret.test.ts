import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../shared/secret.ts'

test('a secret gives its value only when asked to', () => {
  const secret = new Secret('canary')
  expect(secret.reveal()).toBe('canary')
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret }, { showHidden: true })]
  for (const text of shown) {
    expect(text).toContain('[redacted]')
    expect(text).not.toContain('canary')
  }
  expect(Object.values(secret)).toEqual([])
})
