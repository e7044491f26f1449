import { describe, expect, it } from 'vitest'
import { FACTS, headline } from '../../../../proxy/dashboard/depth/facts.ts'
import { standingOf } from '../../../../proxy/dashboard/depth/standing.ts'
import type { Fields } from '../../../../proxy/dashboard/protocol.ts'

const NOW = Date.parse('2026-11-23T10:00:00+05:30')
const write = (fields: Fields, firstOi?: number) =>
  Object.fromEntries(FACTS.map(fact => [fact.label, fact.write(fields, 2, { now: NOW, firstOi })]))

describe('the facts below the book', () => {
  it('are written as an Indian trader reads them', () => {
    const fields: Fields = {
      open: 2870,
      high: 2899.9,
      low: 2861.05,
      close: 2868.4,
      volume: 4_312_980,
      avg_trade_price: 2881.74,
      last_trade_quantity: 12,
      ltt: NOW - 60_000,
      lower_circuit: 2581.6,
      upper_circuit: 3155.2,
      oi: 1_234_500,
    }
    expect(write(fields, 1_234_600)).toEqual({
      Open: '2,870.00',
      High: '2,899.90',
      Low: '2,861.05',
      'Prev. close': '2,868.40',
      Volume: '43,12,980',
      'Avg. price': '2,881.74',
      LTQ: '12',
      LTT: '09:59:00',
      'Lower circuit': '2,581.60',
      'Upper circuit': '3,155.20',
      OI: '12,34,500',
      'OI change': '−100',
    })
  })

  it('have the decimals of a currency, the average too', () => {
    const average = FACTS.find(({ label }) => label === 'Avg. price')
    expect(average?.write({ avg_trade_price: 83.2475 }, 4, { now: NOW, firstOi: undefined })).toBe('83.2475')
  })

  it('are dashes where the source tells nothing, never 0', () => {
    expect(new Set(Object.values(write({ ltp: 100 })))).toEqual(new Set(['—']))
  })
})

describe('the headline', () => {
  it('has price and change with sign and arrow, of what the source says or of the close before', () => {
    const said = headline({ ltp: 101.5, change: 1.5, change_percent: 1.5, close: 90 }, 'NSE')
    expect(said).toEqual({ price: '101.50', change: '▲ +1.50 (+1.50%)', rise: 1 })
    expect(headline({ ltp: 83.2475, close: 83.5 }, 'CDS')).toEqual({
      price: '83.2475',
      change: '▼ −0.2525 (−0.30%)',
      rise: -1,
    })
    expect(headline({ ltp: 100 }, 'NSE')).toEqual({ price: '100.00', change: '', rise: 0 })
  })
})

describe('how an instrument stands', () => {
  const price = { state: 'live', reason: undefined, isStale: false, fields: { ltp: 100 } } as const

  it('is a word that needs no colour, dim when it is not of now', () => {
    expect(standingOf(price, 'live')).toEqual({ word: 'Live', why: '', isDim: false })
    expect(standingOf({ ...price, state: 'down', reason: 'no session' }, 'live')).toEqual({
      word: 'Down',
      why: 'no session',
      isDim: true,
    })
    expect(standingOf({ ...price, state: 'suspect' }, 'live')).toMatchObject({ word: 'Stalled', isDim: true })
    expect(standingOf({ ...price, isStale: true }, 'live')).toMatchObject({ word: 'Old', isDim: true })
    expect(standingOf({ ...price, state: undefined, fields: {} }, 'live')).toMatchObject({ word: 'Waiting' })
  })

  it('says what kind of price it is that is live or quiet, and not where something is worse', () => {
    const simulated = { ...price, label: 'simulated' } as const
    expect(standingOf(simulated, 'live').word).toBe('Live, simulated')
    expect(standingOf({ ...simulated, state: 'quiet' }, 'live').word).toBe('Quiet, simulated')
    expect(standingOf({ ...price, label: 'live' }, 'live').word).toBe('Live')
    expect(standingOf({ ...simulated, state: 'down' }, 'live').word).toBe('Down')
  })

  it('is nothing that anybody knows while the page is cut off', () => {
    expect(standingOf(price, 'lost')).toMatchObject({ word: 'Cut off', isDim: true })
    expect(standingOf(price, 'polling')).toMatchObject({ word: 'Snapshots', isDim: false })
  })
})
