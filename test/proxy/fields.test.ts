import { describe, expect, it } from 'vitest'
import { readFields, suggest } from '../../proxy/fields.ts'
import { DATA_FIELDS } from '../../shared/market/frame.ts'

const ALL = [...DATA_FIELDS]

describe('the fields a client chooses', () => {
  it.each<[value: unknown, fields: readonly string[]]>([
    [['ltp'], ['ltp']],
    [
      ['volume', 'ltp', 'depth'],
      ['depth', 'ltp', 'volume'],
    ],
    [['symbol', 'ltp', 'mode', 'exchange'], ['ltp']],
    [[...ALL, 'symbol', 'exchange', 'mode'], [...ALL].sort()],
  ])('are sorted, and without what is always there: %j', (value, fields) => {
    expect(readFields(value, suggest)).toEqual(fields)
  })

  it.each<[value: unknown, text: string]>([
    [3, 'Invalid fields 3; expected an array of names, e.g. ["ltp","volume"]'],
    ['ltp', 'Invalid fields ltp; expected an array of names, e.g. ["ltp","volume"]'],
    [{}, 'Invalid fields object; expected an array of names, e.g. ["ltp","volume"]'],
    [[], 'Invalid fields: nothing chosen that is not always there; name one, e.g. "ltp", or leave fields out for all'],
    [
      ['mode'],
      'Invalid fields: nothing chosen that is not always there; name one, e.g. "ltp", or leave fields out for all',
    ],
    [Array(500).fill('ltp'), 'Invalid fields: 500 names, and there are 29; leave fields out for all'],
    [[7], 'Invalid field 7; expected names, e.g. "ltp"'],
    [['ltp', null], 'Invalid field null; expected names, e.g. "ltp"'],
    [['vol'], 'Unknown field vol; did you mean volume?'],
    [['LTP'], 'Unknown field LTP; did you mean ltp?'],
    [['avg_price'], 'Unknown field avg_price; did you mean ask_price?'],
    [['last_trade_quantiti'], 'Unknown field last_trade_quantiti; did you mean last_trade_quantity?'],
    [['greeks'], `Unknown field greeks; known are ${ALL.join(', ')}`],
    [['x'.repeat(1_000_000)], `Unknown field ${'x'.repeat(32)}; known are ${ALL.join(', ')}`],
  ])('are refused by name, with the nearest known one: %.60j', (value, text) => {
    expect(readFields(value, suggest)).toBe(text)
  })
})
