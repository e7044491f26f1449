import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/flattrade/codec.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const decode = (frame: string) => createDecoder()(frame, 1_795_149_907_000_000)

interface EdgeCases {
  readonly cases: readonly { readonly name: string; readonly frame: string }[]
}

describe.runIf(hasRecordings)('frames that others saw', () => {
  const expected: Readonly<Record<string, readonly object[]>> = {
    'ltt not available': [{ kind: 'part', isWhole: true, part: { ltp: 10 } }],
    'lp not available': [{ kind: 'ignored' }],
    'missing token': [{ kind: 'malformed' }],
    'array payload': [
      { kind: 'part', token: 'NSE|1', part: { ltp: 10.05 } },
      { kind: 'part', token: 'NSE|2', part: { ltp: 20.05 } },
    ],
    'not JSON': [{ kind: 'malformed' }],
    'update before snapshot': [{ kind: 'part', isWhole: false, token: 'NSE|99', part: { ltp: 10.05 } }],
    'authentication refused': [{ kind: 'refused', reason: 'NOT_OK' }],
    'authentication accepted, documented spelling': [{ kind: 'ready' }, { kind: 'reply' }],
    'heartbeat answer': [{ kind: 'heartbeat' }],
  }
  const { cases } = hasRecordings ? recordedJson<EdgeCases>('noren-edge-cases.json') : { cases: [] }

  it.each(cases)('$name', ({ name, frame }) => {
    expect(decode(frame)).toMatchObject(expected[name] ?? [{ kind: 'a case that is not here' }])
  })
})
