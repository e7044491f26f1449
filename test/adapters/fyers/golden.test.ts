import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/fyers/codec.ts'
import type { TickPart } from '../../../shared/market/tick.ts'
import { connected, kinds, NOW, parts, replies } from './conversation.ts'
import { hasRecordings, recordedJson } from './recordings.ts'
import { data, SBIN, snapshot, welcome } from './wire.ts'

interface Golden {
  readonly config_hfid: number
  readonly ack_count: number
  readonly frames: readonly {
    readonly hex: string
    readonly hslib: readonly Readonly<Record<string, string>>[] | null
    readonly acks: readonly number[]
  }[]
}

/** What the official parser calls what we call otherwise. Times are dates of its zone there, and left. */
const NAMES: Readonly<Record<string, (part: TickPart) => unknown>> = {
  ltp: part => part.ltp,
  iv: part => part.ltp,
  v: part => part.volume,
  ltq: part => part.lastQuantity,
  tbq: part => part.totalBuyQuantity,
  tsq: part => part.totalSellQuantity,
  ap: part => part.averagePrice,
  lo: part => part.low,
  lowPrice: part => part.low,
  h: part => part.high,
  highPrice: part => part.high,
  op: part => part.open,
  openingPrice: part => part.open,
  c: part => part.previousClose,
  ic: part => part.previousClose,
  lcl: part => part.lowerCircuit,
  ucl: part => part.upperCircuit,
  bp: part => part.buy?.[0]?.price,
  sp: part => part.sell?.[0]?.price,
  bq: part => part.buy?.[0]?.quantity,
  bs: part => part.sell?.[0]?.quantity,
}

describe.runIf(hasRecordings)('the golden frames', () => {
  it.each(['hsm-sdk-golden-equity-index.json', 'hsm-sdk-golden-lite.json'])('of %s', name => {
    const golden = recordedJson<Golden>(name)
    const decode = createDecoder()
    const { ack_count: interval, config_hfid: hfid } = golden
    const stored = recordedJson<object>('hsm-stream-data-config.json')
    decode(welcome({ interval, configuration: { ...stored, scrip_lite: { hfid }, index_lite: { hfid } } }), NOW)
    let compared = 0
    for (const { hex, hslib, acks } of golden.frames) {
      const signals = decode(Buffer.from(hex, 'hex'), NOW)
      expect(replies(signals)).toEqual(
        acks.map(message => `000903010100040000${message.toString(16).padStart(4, '0')}`),
      )
      expect(kinds(signals)).not.toContain('malformed')
      for (const said of hslib ?? []) {
        const ours = parts(signals).find(({ token }) => token === `${said.e}|${said.tk}`)
        for (const [field, value] of Object.entries(said)) {
          const read = NAMES[field]
          if (read === undefined || ours === undefined) continue
          expect(read(ours.part), `${hex} ${field}`).toBe(Number(value))
          compared++
        }
      }
    }
    expect(compared).toBeGreaterThan(20)
  })

  it('recorded in 2023, lite with three values', () => {
    const { hex } = recordedJson<{ hex: string }>('hsm-recorded-lite.json')
    const hear = connected({ interval: 2, configuration: { scrip_lite: { hfid: 3 }, index_lite: { hfid: 3 } } })
    hear(data(4, snapshot(0, 'sf|nse_cm|25', SBIN)))
    expect(parts(hear(Buffer.from(hex, 'hex')))[0]).toMatchObject({
      token: 'nse_cm|25',
      part: { ltp: 1912.75, volume: 1_498_563, lastTradeTime: 1684218816_000, mode: 'LTP' },
    })
  })

  it('captured of SBIN, by its raw values', () => {
    const { raw, topic } = recordedJson<{ raw: Record<string, number>; topic: string }>('hsm-captured-sbin-values.json')
    const values = [...SBIN]
    const places = {
      ltp: 0,
      bid_size: 4,
      ask_size: 5,
      bid_price: 6,
      low_price: 13,
      high_price: 14,
      open_price: 19,
      prev_close_price: 20,
    }
    for (const [field, place] of Object.entries(places)) values[place] = raw[field] ?? Number.NaN
    expect(parts(connected()(data(1, snapshot(0, topic, values))))[0]?.part).toMatchObject({
      ltp: 1068.45,
      previousClose: 1086.9,
      open: 1075,
      high: 1077.7,
      low: 1063,
      buy: [{ price: 1068.45, quantity: 14914 }],
      sell: [{ quantity: 0 }],
    })
  })
})
