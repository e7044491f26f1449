import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/angel/codec.ts'
import type { TickPart } from '../../../shared/market/tick.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

interface Vector {
  readonly name: string
  readonly frame_hex: string
  readonly expected: Readonly<Record<string, number>> & {
    readonly token: unknown
    readonly best_five?: Readonly<
      Record<'buy' | 'sell', readonly { quantity: number; price_raw: number; orders: number }[]>
    >
  }
}

const vectors = hasRecordings
  ? ['ltp', 'quote_equity', 'quote_index_stream', 'snapquote'].flatMap(name => recordedJson<Vector[]>(`${name}.json`))
  : []

/** What the vector says, in our words: raw prices are paise in all of them. */
function expectedPart({ expected }: Vector): TickPart {
  const isIndex = String(expected.token).startsWith('999')
  const some = (field: string, value: number | undefined) => (value ? { [field]: value } : {})
  const quantity = (field: string, value: number | undefined) =>
    value === undefined || (isIndex && value === 0) ? {} : { [field]: value }
  const price = (field: string, value: number | undefined) => some(field, value && value / 100)
  const book = expected.best_five
  const side = (name: 'buy' | 'sell') =>
    book && {
      [name]: book[name].map(({ price_raw, quantity: many, orders }) => ({
        price: price_raw / 100,
        quantity: many,
        orders,
      })),
    }
  return {
    mode: (['LTP', 'QUOTE', 'DEPTH'] as const)[(expected.mode ?? 0) - 1] ?? 'BOOK20',
    ...some('timestamp', expected.exchange_timestamp_ms),
    ...price('ltp', expected.ltp_raw),
    ...quantity('lastQuantity', expected.last_traded_quantity),
    ...price('averagePrice', expected.average_traded_price_raw),
    ...quantity('volume', expected.volume),
    ...quantity('totalBuyQuantity', expected.total_buy_quantity),
    ...quantity('totalSellQuantity', expected.total_sell_quantity),
    ...price('open', expected.open_raw),
    ...price('high', expected.high_raw),
    ...price('low', expected.low_raw),
    ...price('previousClose', expected.close_raw),
    ...some('lastTradeTime', (expected.last_traded_timestamp_s ?? 0) * 1000),
    ...(expected.exchange_type === 2 && quantity('openInterest', expected.open_interest)),
    ...price('upperCircuit', expected.upper_circuit_raw),
    ...price('lowerCircuit', expected.lower_circuit_raw),
    ...side('buy'),
    ...side('sell'),
  }
}

describe.runIf(hasRecordings)('a recorded frame', () => {
  it('is there in every mode that was ever recorded', () => {
    expect(vectors.map(({ expected }) => expected.mode)).toEqual([1, ...Array(12).fill(2), 3, 3])
  })

  it.each(vectors.map(vector => [vector.name, vector] as const))(
    '%s has the values its recorder printed',
    (_, vector) => {
      const signals = createDecoder()(Buffer.from(vector.frame_hex, 'hex'), 1_795_220_416_000_000)
      expect(signals).toEqual([
        {
          kind: 'part',
          token: `${vector.expected.exchange_type}|${String(vector.expected.token)}`,
          source: 'snap',
          isWhole: true,
          part: expectedPart(vector),
        },
      ])
    },
  )
})
