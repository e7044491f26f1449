import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failed, held, refusal, subscribed, unheld, unsubscribed } from '../support/clientprotocol.ts'
import { OPTION, type ProxyRig, startRig } from '../support/proxy.ts'

const RELIANCE = { symbol: 'RELIANCE', exchange: 'NSE' }
const TCS = { symbol: 'TCS', exchange: 'NSE' }
const NIFTY = { symbol: 'NIFTY', exchange: 'NSE_INDEX' }
const NO_SYMBOLS = 'No symbols: give "symbols":[{"symbol":…,"exchange":…}] or "symbol" and "exchange"'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterAll(() => rig.close())

/** Name, what was said before, what is said, what comes back. */
type Case = readonly [name: string, before: readonly object[], message: unknown, reply: object]

async function answers([, before, message, reply]: Case): Promise<void> {
  const client = await rig.enter()
  for (const one of before) await client.ask(one)
  const { text } = await client.ask(message)
  // Texts, not objects: the order of keys and what is absent are part of the protocol.
  expect(text).toBe(JSON.stringify(reply))
  client.close()
}

const sub = (fields: object) => ({ action: 'subscribe', ...fields })
const unsub = (fields: object) => ({ action: 'unsubscribe', ...fields })

const SUBSCRIBE: readonly Case[] = [
  [
    'a batch with mode, depth and id',
    [],
    sub({ symbols: [RELIANCE, NIFTY], mode: 'Quote', depth: 5, request_id: 'r1' }),
    subscribed([held(RELIANCE, 'Quote'), held(NIFTY, 'Quote')], 'r1'),
  ],
  ['one symbol', [], sub({ ...RELIANCE, mode: 3, depth: 5 }), subscribed([held(RELIANCE, 'Depth')])],
  ['no mode: Quote', [], sub(RELIANCE), subscribed([held(RELIANCE, 'Quote')])],
  ['"type" in place of "action"', [], { type: 'subscribe', ...TCS }, subscribed([held(TCS, 'Quote')])],
  ['mode 1', [], sub({ ...TCS, mode: 1 }), subscribed([held(TCS, 'LTP')])],
  ['mode 2', [], sub({ ...TCS, mode: 2 }), subscribed([held(TCS, 'Quote')])],
  ['a lower-case label', [], sub({ ...TCS, mode: 'ltp' }), subscribed([held(TCS, 'LTP')])],
  ['an upper-case label in spaces', [], sub({ ...TCS, mode: ' DEPTH ' }), subscribed([held(TCS, 'Depth')])],
  ['a digit as text', [], sub({ ...TCS, mode: '3' }), subscribed([held(TCS, 'Depth')])],
  ['an item mode is ignored', [], sub({ symbols: [{ ...TCS, mode: 1 }], mode: 2 }), subscribed([held(TCS, 'Quote')])],
  [
    'a bad item mode is ignored too',
    [],
    sub({ symbols: [{ ...TCS, mode: 'full' }] }),
    subscribed([held(TCS, 'Quote')]),
  ],
  ['depth beyond what is offered', [], sub({ ...TCS, mode: 3, depth: 20 }), subscribed([held(TCS, 'Depth')])],
  ['depth_level', [], sub({ ...TCS, mode: 3, depth_level: 20 }), subscribed([held(TCS, 'Depth')])],
  ['"instruments"', [], sub({ instruments: [TCS] }), subscribed([held(TCS, 'Quote')])],
  ['items as text', [], sub({ symbols: ['NSE:TCS', 'NSE_INDEX:NIFTY'] }), both('Quote')],
  ['a comma-separated list', [], sub({ symbols: 'NSE:TCS, NSE_INDEX:NIFTY', mode: 1 }), both('LTP')],
  ['the exchange before the symbol', [], sub({ symbol: 'NSE:TCS' }), subscribed([held(TCS, 'Quote')])],
  [
    'a suffix, answered as subscribed with the real depth',
    [],
    sub({ symbol: 'RELIANCE:20', exchange: 'NSE', mode: 3 }),
    subscribed([held({ symbol: 'RELIANCE:20', exchange: 'NSE' }, 'Depth')]),
  ],
  [
    "the broker's spelling, answered as subscribed",
    [],
    sub({ symbol: 'RELIANCE-EQ', exchange: 'NSE' }),
    subscribed([held({ symbol: 'RELIANCE-EQ', exchange: 'NSE' }, 'Quote')]),
  ],
  [
    'an ampersand',
    [],
    sub({ symbol: 'M&M', exchange: 'NSE' }),
    subscribed([held({ symbol: 'M&M', exchange: 'NSE' }, 'Quote')]),
  ],
  [
    'an option',
    [],
    sub({ symbol: OPTION, exchange: 'NFO' }),
    subscribed([held({ symbol: OPTION, exchange: 'NFO' }, 'Quote')]),
  ],
  [
    'an unknown symbol among others',
    [],
    sub({ symbols: [TCS, { symbol: 'BOGUS', exchange: 'NSE' }], mode: 'LTP', request_id: 'r1' }),
    subscribed([held(TCS, 'LTP'), failed('BOGUS', 'NSE', 'Symbol BOGUS not found for exchange NSE')], 'r1'),
  ],
  [
    'partial even when all failed',
    [],
    sub({ symbol: 'BOGUS', exchange: 'NSE' }),
    subscribed([failed('BOGUS', 'NSE', 'Symbol BOGUS not found for exchange NSE')]),
  ],
  [
    'case is not folded',
    [],
    sub({ symbol: 'reliance', exchange: 'NSE' }),
    subscribed([failed('reliance', 'NSE', 'Symbol reliance not found for exchange NSE')]),
  ],
  [
    'an item without exchange fails by itself',
    [],
    sub({ symbols: [{ symbol: 'TCS' }, TCS] }),
    subscribed([
      failed('TCS', '', 'Cannot read this symbol: an item needs both "symbol" and "exchange"'),
      held(TCS, 'Quote'),
    ]),
  ],
  [
    'an item that is no text and no object fails by itself',
    [],
    sub({ symbols: [7] }),
    subscribed([failed('', '', 'Cannot read this symbol: an item must be an object or a text')]),
  ],
  ['what is held already', [sub(TCS)], sub(TCS), subscribed([held(TCS, 'Quote')])],
  ['the empty list without a single form', [], sub({ symbols: [] }), refusal('INVALID_PARAMETERS', NO_SYMBOLS)],
  ['the empty list with a single form', [], sub({ symbols: [], ...TCS }), subscribed([held(TCS, 'Quote')])],
  ['nothing named', [], sub({ request_id: 'x' }), refusal('INVALID_PARAMETERS', NO_SYMBOLS, 'x')],
  ['a symbol without exchange', [], sub({ symbol: 'TCS' }), refusal('INVALID_PARAMETERS', NO_SYMBOLS)],
]

function both(mode: 'LTP' | 'Quote'): object {
  return subscribed([held(TCS, mode), held(NIFTY, mode)])
}

const HOLD_ALL = [1, 2, 3].map(mode => sub({ ...TCS, mode }))
const HOLD_1_AND_3 = [1, 3].map(mode => sub({ ...TCS, mode }))

const UNSUBSCRIBE: readonly Case[] = [
  ['item mode', HOLD_ALL, unsub({ symbols: [{ ...TCS, mode: 1 }], request_id: 7 }), unsubscribed([unheld(TCS)], [], 7)],
  ['one symbol', HOLD_ALL, unsub({ ...TCS, mode: 2 }), unsubscribed([unheld(TCS)])],
  ['top-level mode in a batch', HOLD_ALL, unsub({ symbols: [TCS], mode: 'LTP' }), unsubscribed([unheld(TCS)])],
  ['no mode', HOLD_1_AND_3, unsub(TCS), unsubscribed([unheld(TCS)])],
  ['what is not held', [], unsub({ ...RELIANCE, mode: 3 }), unsubscribed([unheld(RELIANCE)])],
  [
    'what nobody knows',
    [],
    unsub({ symbols: 'NSE:BOGUS' }),
    unsubscribed([unheld({ symbol: 'BOGUS', exchange: 'NSE' })]),
  ],
  [
    'a bad mode of one item',
    [],
    unsub({ symbols: [{ ...TCS, mode: 9 }, RELIANCE] }),
    unsubscribed([unheld(RELIANCE)], [failed('TCS', 'NSE', explained('9'))]),
  ],
  ['only failures', [], unsub({ symbols: [TCS], mode: 9 }), unsubscribed([], [failed('TCS', 'NSE', explained('9'))])],
  ['a bad mode of the single form', [], unsub({ ...TCS, mode: 9 }), invalidMode('9')],
  ['nothing named', [], unsub({}), refusal('INVALID_PARAMETERS', NO_SYMBOLS)],
  ['everything, holding nothing', [], { action: 'unsubscribe_all' }, unsubscribed([])],
  [
    'everything: one result per symbol and mode',
    [...HOLD_1_AND_3, sub(RELIANCE)],
    { type: 'unsubscribe_all', request_id: 'u' },
    unsubscribed([unheld(TCS), unheld(TCS), unheld(RELIANCE)], [], 'u'),
  ],
]

function explained(shown: string): string {
  return `Invalid mode ${shown}; expected 1 (LTP), 2 (Quote), or 3 (Depth)`
}

function invalidMode(shown: string): object {
  return refusal('INVALID_MODE', explained(shown))
}

const INVALID: readonly Case[] = [
  ...[4, 0, -1, 1.5, null, true, 'full', '', [2], { mode: 2 }].map(
    (mode): Case => [
      `mode ${JSON.stringify(mode)}`,
      [],
      sub({ ...TCS, mode }),
      invalidMode(typeof mode === 'object' && mode ? (Array.isArray(mode) ? 'array' : 'object') : String(mode)),
    ],
  ),
  ['an unknown action', [], { action: 'fly' }, refusal('INVALID_ACTION', 'Invalid action: fly')],
  ['an unknown type', [], { type: 'fly' }, refusal('INVALID_ACTION', 'Invalid action: fly')],
  ['no action', [], {}, refusal('INVALID_ACTION', 'Invalid action: None')],
  ['an action that is no text', [], { action: 7 }, refusal('INVALID_ACTION', 'Invalid action: None')],
  ...['{', 'hello', '{"action":"ping"', "{'action':'ping'}", ''].map(
    (text): Case => [
      `text ${text || '(empty)'}`,
      [],
      text,
      refusal('INVALID_JSON', 'Invalid JSON: one JSON object per message, e.g. {"action":"ping"}'),
    ],
  ),
  ...['[]', '[{"action":"ping"}]', '"ping"', '7', 'null', 'true'].map(
    (text): Case => [
      `JSON ${text}`,
      [],
      text,
      refusal('SERVER_ERROR', 'A message must be a JSON object with an "action"'),
    ],
  ),
]

describe('a subscribe is answered:', () => {
  it.each(SUBSCRIBE)('%s', (...one) => answers(one))
})

describe('an unsubscribe is answered:', () => {
  it.each(UNSUBSCRIBE)('%s', (...one) => answers(one))
})

describe('what makes no sense is refused:', () => {
  it.each(INVALID)('%s', (...one) => answers(one))
})
