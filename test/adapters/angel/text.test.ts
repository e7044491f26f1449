import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/angel/codec.ts'

const decode = (frame: string) => createDecoder()(frame, 1_795_220_416_000_000)

describe('text on the same socket', () => {
  it('is the answer to a ping', () => {
    expect(decode('pong')).toEqual([{ kind: 'heartbeat' }])
  })

  it.each([
    [
      'tws3000050',
      'E1002',
      'Subscription Limit Exceeded',
      'the request to subscribe 50 instruments in mode 3 is refused: E1002 Subscription Limit Exceeded',
    ],
    [
      'twu1000001',
      'E1001',
      'Invalid Request',
      'the request to unsubscribe 1 instruments in mode 1 is refused: E1001 Invalid Request',
    ],
    ['abcde12345', 'E1009', 'New', 'a request is refused: E1009 New'],
    [undefined, 'E1001', 'No id', 'a request is refused: E1001 No id'],
  ])('is the refusal of the request %s with %s, told to a person', (correlationID, errorCode, errorMessage, text) => {
    expect(decode(JSON.stringify({ correlationID, errorCode, errorMessage }))).toEqual([
      { kind: 'notice', level: 'error', text },
    ])
  })

  it.each([
    ['', 'malformed'],
    ['ping', 'malformed'],
    ['{"errorCode":', 'malformed'],
    ['{"errorCode":7}', 'ignored'],
    ['[]', 'ignored'],
    ['"pong"', 'ignored'],
    ['null', 'ignored'],
  ])('"%s" is %s', (text, kind) => {
    expect(decode(text).map(signal => signal.kind)).toEqual([kind])
  })
})
