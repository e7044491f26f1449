import { expect, it } from 'vitest'
import type { LinkView } from '../../../../adapters/runtime/session/link.ts'
import { judgeLinks } from '../../../../adapters/runtime/session/standing.ts'
import { TickwireError } from '../../../../shared/errors.ts'

const gone = new TickwireError('BROKER_UNREACHABLE', 'the broker closed the connection')
const link = (state: LinkView['state'], more: Partial<LinkView> = {}): LinkView => ({
  number: 1,
  state,
  error: undefined,
  failures: 0,
  instruments: 0,
  ...more,
})

it.each([
  ['all that are needed are open', [link('open'), link('idle')], 'live', undefined],
  ['a further one is still being opened', [link('open'), link('connecting')], 'live', undefined],
  ['the first is being opened', [link('connecting')], 'starting', 'connecting to the broker'],
  ['the only one is silent', [link('silent')], 'suspect', /^no byte from the broker/],
  [
    'none is open and one has failed',
    [link('waiting', { error: gone, failures: 1 })],
    'down',
    /^BROKER_UNREACHABLE: the/,
  ],
  ['it is being opened again after a failure', [link('connecting', { error: gone, failures: 3 })], 'down', /\(3 times/],
  [
    'one of two is lost',
    [link('open'), link('waiting', { number: 2, error: gone, instruments: 7 })],
    'suspect',
    /^connection 2 of 2: BROKER_UNREACHABLE: .*; 7 instruments have no prices$/,
  ],
])('when %s', (_, views, state, reason) => {
  const standing = judgeLinks(views)
  expect(standing.state).toBe(state)
  if (reason === undefined) expect(standing.reason).toBeUndefined()
  else expect(standing.reason).toMatch(reason)
})
