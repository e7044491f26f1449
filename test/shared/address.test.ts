import { describe, expect, it } from 'vitest'
import { address, isOnThisMachine } from '../../shared/address.ts'

describe('an address that secrets travel to', () => {
  it.each([
    ['https', 'https://broker.example', 'https://broker.example'],
    ['https', 'https://broker.example/api//', 'https://broker.example/api'],
    ['https', 'http://127.0.0.1:9400', 'http://127.0.0.1:9400'],
    ['https', 'http://localhost:9400/', 'http://localhost:9400'],
    ['https', 'http://[::1]:9400/a', 'http://[::1]:9400/a'],
    ['wss', 'wss://stream.example', 'wss://stream.example'],
    ['wss', 'ws://127.0.0.1:9400/', 'ws://127.0.0.1:9400'],
  ] as const)('%s takes %s', (scheme, text, read) => {
    expect(address(scheme).parse(text)).toBe(read)
  })

  it.each([
    ['https', 'http://broker.example'],
    ['https', 'http://127.0.0.1.example.com'],
    ['https', 'http://localhost@evil.example'],
    ['https', 'https://user:word@broker.example'],
    ['https', 'https://broker.example/?a=1'],
    ['https', 'https://broker.example/#a'],
    ['https', 'wss://broker.example'],
    ['https', 'broker.example'],
    ['https', ''],
    ['https', 'javascript:alert(1)'],
    ['wss', 'ws://broker.example'],
    ['wss', 'https://broker.example'],
  ] as const)('%s refuses %s', (scheme, text) => {
    expect(address(scheme).safeParse(text).error?.issues[0]?.message).toContain(`${scheme}://`)
  })
})

it.each([
  ['http://127.0.0.1:9400', true],
  ['ws://localhost:1/a', true],
  ['wss://[::1]', true],
  ['wss://stream.example', false],
  ['https://127.0.0.1.example', false],
  ['127.0.0.1', false],
  ['http://', false],
  [9400, false],
  [undefined, false],
])('%j is on this machine: %s', (value, isHere) => {
  expect(isOnThisMachine(value)).toBe(isHere)
})
