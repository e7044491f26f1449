import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/flattrade/codec.ts'
import adapter from '../../../adapters/flattrade/manifest.ts'
import { Merge } from '../../../adapters/runtime/session/merge.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const RECEIVED = 1_658_911_110_000_000

type Frame = Readonly<Record<string, string>>

interface Recording {
  readonly messages: readonly Frame[]
  readonly expected_state_after_each?: readonly Frame[]
}

const recordings = ['noren-touchline-ntpc.json', 'noren-touchline-nfo.json']

/** What is known after each of these frames, by the runtime's own merge. */
function play(frames: readonly Frame[], wanted: TopicMode): (Tick | undefined)[] {
  const decode = createDecoder()
  const merge = new Merge(adapter.sources)
  const instruments = new Map<string, Instrument>()
  const ticks: (Tick | undefined)[] = []
  for (const frame of frames)
    for (const signal of decode(JSON.stringify(frame), RECEIVED)) {
      if (signal.kind !== 'part') continue
      const instrument = instruments.get(signal.token) ?? instrumentOf(signal.token)
      instruments.set(signal.token, instrument)
      ticks.push(merge.take(instrument, 0, signal, wanted, RECEIVED))
    }
  return ticks
}

const instrumentOf = (token: string): Instrument => ({
  exchange: 'NFO',
  symbol: 'X',
  token,
  brokerSymbol: 'X',
  name: 'X',
  kind: 'EQ',
})

const value = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))
const priceOf = (text: string | undefined): number | undefined => value(text) || undefined

/** What a plain record of texts says, read without the adapter. */
function readState(state: Frame) {
  const side = (letter: 'b' | 's') => {
    const levels = [1, 2, 3, 4, 5].map(place => ({
      price: value(state[`${letter}p${place}`]),
      quantity: value(state[`${letter}q${place}`]),
      orders: value(state[`${letter}o${place}`]),
    }))
    return levels.filter(({ price, quantity }) => price && quantity)
  }
  return {
    ltp: priceOf(state.lp),
    open: priceOf(state.o),
    high: priceOf(state.h),
    low: priceOf(state.l),
    previousClose: priceOf(state.c),
    averagePrice: priceOf(state.ap),
    volume: value(state.v),
    openInterest: state.e === 'NFO' ? value(state.oi) : undefined,
    totalBuyQuantity: value(state.tbq),
    book: { buy: side('b'), sell: side('s') },
  }
}

function summary(tick: Tick | undefined) {
  const { ltp, open, high, low, previousClose, averagePrice, volume, openInterest, totalBuyQuantity, book } = tick ?? {}
  const levels = book ?? { buy: [], sell: [] }
  return { ltp, open, high, low, previousClose, averagePrice, volume, openInterest, totalBuyQuantity, book: levels }
}

describe.runIf(hasRecordings)('recorded sequences', () => {
  it.each(recordings)('%s lead to the states that were worked out for them', name => {
    const { messages, expected_state_after_each: expected = [] } = recordedJson<Recording>(name)
    expect(expected.length).toBe(messages.length)
    expect(play(messages, 'QUOTE').map(summary)).toEqual(expected.map(readState))
  })

  it('of an update without its record give the price alone', () => {
    const { messages } = recordedJson<Recording>('noren-touchline-ntpc.json')
    expect(play(messages.slice(1), 'QUOTE')).toEqual([
      { ltp: 118.45, mode: 'LTP', timestamp: RECEIVED / 1000, isStampedHere: true },
      { ltp: 118.6, mode: 'LTP', timestamp: RECEIVED / 1000, isStampedHere: true },
    ])
  })

  it('of a depth update without levels say what they have once there is a record', () => {
    const { messages } = recordedJson<Recording>('noren-depth-update-acc.json')
    const [update = {}] = messages
    const record = { t: 'dk', e: 'NSE', tk: '22', lp: '1150.00', bp2: '1140.00', bq2: '3', bo2: '1' }
    expect(play([update], 'DEPTH')).toEqual([undefined])
    const [, tick] = play([record, update], 'DEPTH')
    expect(tick).toMatchObject({ ltp: 1150, open: 1166, volume: 819_881, totalSellQuantity: 131_730, mode: 'DEPTH' })
    expect(tick?.book?.buy).toEqual([
      { price: 1156, quantity: 4 },
      { price: 1140, quantity: 3, orders: 1 },
    ])
  })
})

describe('what was not sent', () => {
  const record = { t: 'tk', e: 'NSE', tk: '22', lp: '100.00', o: '99.00', v: '7', bp1: '99.95', bq1: '5' }

  it('stays what it was', () => {
    const [, tick] = play([record, { t: 'tf', e: 'NSE', tk: '22', lp: 'NA', v: '9' }], 'QUOTE')
    expect(summary(tick)).toMatchObject({ ltp: 100, open: 99, volume: 9 })
  })

  it('is gone when a new record does not name it', () => {
    const [, tick] = play([record, { t: 'tk', e: 'NSE', tk: '22', lp: '101.00' }], 'QUOTE')
    expect(tick).toEqual({ ltp: 101, mode: 'QUOTE', timestamp: RECEIVED / 1000, isStampedHere: true })
  })

  it('is another thing than 0, which takes a price and a side away', () => {
    const [, tick] = play([record, { t: 'tf', e: 'NSE', tk: '22', o: '0.00', bp1: '0.00' }], 'QUOTE')
    expect(summary(tick)).toMatchObject({ ltp: 100, open: undefined, book: { buy: [], sell: [] } })
  })
})

describe('any fields in any order', () => {
  const PRICES = ['lp', 'o', 'h', 'l', 'c', 'ap', 'bp1', 'sp1', 'bp4', 'sp2']
  const QUANTITIES = ['v', 'oi', 'tbq', 'bq1', 'sq1', 'bo1', 'bq4', 'sq2', 'so2']
  const price = fc.integer({ min: 1, max: 9_999_999 }).map(paise => (paise / 100).toFixed(2))
  const fields = fc.record(
    {
      ...Object.fromEntries(PRICES.map(name => [name, price])),
      ...Object.fromEntries(QUANTITIES.map(name => [name, fc.integer({ min: 0, max: 2 ** 40 }).map(String)])),
    },
    { requiredKeys: [] },
  )
  const frames = fc.array(fc.tuple(fc.constantFrom('dk', 'df', 'df', 'df'), fc.constantFrom('1', '2'), fields), {
    minLength: 1,
    maxLength: 20,
  })

  it('merge to what one laid over the other gives', () => {
    fc.assert(
      fc.property(frames, steps => {
        const said = steps.filter(([t, , sent]) => t === 'dk' || Object.keys(sent).length > 0)
        const ticks = play(
          said.map(([t, tk, sent]) => ({ t, e: 'NFO', tk, ...sent }) as Frame),
          'DEPTH',
        )
        const states = new Map<string, Frame>()
        const whole = new Set<string>()
        for (const [at, [t, tk, sent]] of said.entries()) {
          states.set(tk, { ...(t === 'dk' ? {} : states.get(tk)), e: 'NFO', ...sent } as Frame)
          if (t === 'dk') whole.add(tk)
          if (whole.has(tk)) expect(summary(ticks[at])).toEqual(readState(states.get(tk) ?? {}))
          else expect(ticks[at]?.ltp).toBe(priceOf(states.get(tk)?.lp))
        }
      }),
      { numRuns: 500, seed: 11 },
    )
  })
})
