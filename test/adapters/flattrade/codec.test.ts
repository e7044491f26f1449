import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/flattrade/codec.ts'

/** 2026-11-20 11:30:00 in India. */
const RECEIVED = Date.parse('2026-11-20T06:00:00Z') * 1000 + 456
const decode = (frame: object | string) =>
  createDecoder()(typeof frame === 'string' ? frame : JSON.stringify(frame), RECEIVED)

const feed = (fields: object, t = 'tf') => decode({ t, e: 'NSE', tk: '22', ...fields })

/** `lp=10 v=5` */
const fieldsOf = (text: string): object => Object.fromEntries(text.split(/\s+/).map(one => one.split('=')))

/** What a frame with these fields says, besides its mode. */
function partOf(fields: object, t = 'df') {
  const signals = feed(fields, t)
  const signal = signals.find(({ kind }) => kind === 'part')
  if (signal?.kind !== 'part') throw new Error(`no part in ${JSON.stringify(signals)}`)
  const { mode: _, ...part } = signal.part
  return part
}

describe('a feed frame', () => {
  it.each([
    ['tk', 'touchline', true],
    ['tf', 'touchline', false],
    ['dk', 'depth', true],
    ['df', 'depth', false],
  ])('%s is of %s, and whole: %s', (t, source, isWhole) => {
    const [signal, ...rest] = feed({ lp: '10.05' }, t)
    expect(rest).toEqual([])
    expect(signal).toMatchObject({ kind: 'part', token: 'NSE|22', source, isWhole, part: { ltp: 10.05 } })
  })

  it('of touchline covers a quote, of depth everything', () => {
    expect(feed({ lp: '1' }, 'tk')[0]).toHaveProperty('part.mode', 'QUOTE')
    expect(feed({ lp: '1' }, 'dk')[0]).not.toHaveProperty('part.mode')
  })

  it('is read field by field, each under its own name', () => {
    const fields = fieldsOf(
      `lp=1166.05 o=1160 h=1170.5 l=1150.25 c=1152.65 ap=1159.74 v=819881 ltq=7 tbq=120952 tsq=131730 uc=1268.00
       lc=1037.40 ft=1795154399 ltt=11:29:58 bp1=1166.00 bq1=4 bo1=2 sp1=1166.50 sq1=10 so1=3 ts=ACC-EQ pp=2 ti=0.05
       ls=1 ml=1 pc=1.16 cv=13.4 poi=9 toi=8 ord_msg=x 52h=2000 52l=900 cp=1152.65 ue=1 le=1`,
    )
    expect(partOf(fields, 'dk')).toEqual({
      ltp: 1166.05,
      open: 1160,
      high: 1170.5,
      low: 1150.25,
      previousClose: 1152.65,
      averagePrice: 1159.74,
      volume: 819_881,
      lastQuantity: 7,
      totalBuyQuantity: 120_952,
      totalSellQuantity: 131_730,
      upperCircuit: 1268,
      lowerCircuit: 1037.4,
      timestamp: 1_795_154_399_000,
      lastTradeTime: Date.parse('2026-11-20T05:59:58Z'),
      buy: [{ price: 1166, quantity: 4, orders: 2 }],
      sell: [{ price: 1166.5, quantity: 10, orders: 3 }],
    })
  })

  it('has its levels by place, with what was sent of each', () => {
    const { buy, sell } = partOf({ bp3: '99.5', bo3: '4', bq1: '7', sp5: '101' })
    expect(buy).toEqual([{ quantity: 7 }, undefined, { price: 99.5, orders: 4 }])
    expect(sell).toEqual([undefined, undefined, undefined, undefined, { price: 101 }])
  })

  it('says nothing of what it does not hold, nor of what it holds no value for', () => {
    expect(partOf({ lp: '10' })).toEqual({ ltp: 10 })
    expect(partOf({ lp: '10', o: '', h: 'NA', l: '-', v: 'NA', bp1: '', ltt: 'NA', ft: '' })).toEqual({ ltp: 10 })
  })

  it('takes 0 for a value: no price, an empty side, a volume of nothing', () => {
    expect(partOf({ lp: '0.00', o: '0', h: '0.00', l: '0', c: '0', ap: '0.00', uc: '0', lc: '0' })).toEqual({
      ltp: null,
      open: null,
      high: null,
      low: null,
      previousClose: null,
      averagePrice: null,
      upperCircuit: null,
      lowerCircuit: null,
    })
    expect(partOf({ v: '0', ltq: '0', tbq: '0', tsq: '0' })).toEqual({
      volume: 0,
      lastQuantity: 0,
      totalBuyQuantity: 0,
      totalSellQuantity: 0,
    })
  })

  it('without a best price empties its side, and only that side', () => {
    const { buy, sell } = partOf({ bp1: '0.00', sp1: '101' })
    expect(buy).toEqual([{ price: 0 }, { price: 0 }, { price: 0 }, { price: 0 }, { price: 0 }])
    expect(sell).toEqual([{ price: 101 }])
    // Where orders at any price stand first, the others are said.
    expect(partOf({ bp1: '0', bp2: '99' }).buy?.[1]).toEqual({ price: 99 })
  })

  it.each([
    '1e5',
    '0x10',
    '1 000',
    ' 1',
    '1 ',
    '+1',
    '1.',
    '.5',
    '1,000',
    'NaN',
    'Infinity',
    '--1',
    '٣',
    '1.2.3',
    'null',
  ])('takes "%s" for no number: the field is not sent, and that is counted', text => {
    const signals = feed({ lp: text, v: '5' })
    expect(signals).toEqual([
      { kind: 'ignored', what: 'lp that is no value' },
      expect.objectContaining({ kind: 'part', part: { volume: 5, mode: 'QUOTE' } }),
    ])
  })

  it.each([
    ['a quantity below zero', { v: '-5' }, 'v'],
    ['half a quantity', { v: '1.5' }, 'v'],
    ['a quantity beyond counting', { v: '99999999999999999' }, 'v'],
    ['a level that is none', { bq2: 'x' }, 'bq2'],
    ['a time that is none', { ft: '12:30' }, 'ft'],
    ['a trade time that is none', { ltt: '25:00:00' }, 'ltt'],
  ])('takes %s for no value', (_, fields, name) => {
    expect(feed({ lp: '1', ...fields })[0]).toEqual({ kind: 'ignored', what: `${name} that is no value` })
    expect(partOf({ lp: '1', ...fields })).toEqual({ ltp: 1 })
  })

  it('without a time of its own has a last trade of the day it was received on, though our clock may be late', () => {
    expect(partOf({ ltt: '11:30:30' })).toEqual({ lastTradeTime: Date.parse('2026-11-20T06:00:30Z') })
    expect(partOf({ ltt: '11:30:30', ft: '1795154399' })).toHaveProperty(
      'lastTradeTime',
      Date.parse('2026-11-19T06:00:30Z'),
    )
  })

  it('may hold a price below zero, as futures have had', () => {
    expect(partOf({ lp: '-37.63' })).toEqual({ ltp: -37.63 })
  })

  it('takes numbers for the texts they would be', () => {
    expect(decode({ t: 'tf', e: 'NSE', tk: 22, lp: 10.05, v: 7 })[0]).toMatchObject({
      token: 'NSE|22',
      part: { ltp: 10.05, volume: 7 },
    })
  })

  it.each(['NFO', 'BFO', 'CDS', 'MCX'])('of %s has an open interest, also of 0', e => {
    expect(feed({ e, oi: '0' })[0]).toHaveProperty('part.openInterest', 0)
    expect(feed({ e, oi: '7606750', toi: '9' })[0]).toHaveProperty('part.openInterest', 7_606_750)
  })

  it.each(['NSE', 'BSE'])('of %s has none, whatever it says', e => {
    expect(feed({ e, lp: '1', oi: '5', toi: '9', poi: '4' })[0]).not.toHaveProperty('part.openInterest')
  })

  it('with nothing that is shown says nothing, unless it is whole', () => {
    expect(feed({ pc: '1.16' })).toEqual([{ kind: 'ignored', what: 'update of nothing that is shown' }])
    expect(feed({ pc: '1.16' }, 'dk')).toEqual([
      { kind: 'part', token: 'NSE|22', source: 'depth', isWhole: true, part: {} },
    ])
  })

  it.each([{ e: undefined }, { tk: undefined }, { e: '' }, { tk: '' }, { tk: null }, { tk: {} }])(
    'without its instrument (%j) is dropped and counted',
    fields => {
      expect(feed({ lp: '10.00', ...fields })).toEqual([
        { kind: 'malformed', what: 'touchline without exchange and token' },
      ])
    },
  )
})

describe('the answer to the login', () => {
  it.each(['OK', 'Ok', 'ok', ' OK '])('that says "%s" makes the session ready, and asks for order updates', s => {
    for (const t of ['ak', 'ck'])
      expect(decode({ t, uid: 'FT000000', s })).toEqual([
        { kind: 'ready' },
        { kind: 'reply', frame: '{"t":"o","actid":"FT000000"}' },
      ])
  })

  it.each(['Not_Ok', 'NOT_OK', '', 'OKAY'])('that says "%s" does not', s => {
    for (const t of ['ak', 'ck']) {
      const kinds = decode({ t, uid: 'FT000000', s }).map(({ kind }) => kind)
      expect(kinds).toEqual([s === '' ? 'malformed' : 'refused'])
    }
  })

  it('tells why, where the broker does', () => {
    expect(decode({ t: 'ak', s: 'Not_Ok', emsg: 'Session Expired\n: Invalid Session Key' })).toEqual([
      { kind: 'refused', reason: 'Session Expired : Invalid Session Key' },
    ])
  })

  it('without a user is an answer all the same', () => {
    expect(decode({ t: 'ak', s: 'OK' }).map(({ kind }) => kind)).toEqual(['ready', 'ignored'])
  })
})

describe('other frames', () => {
  it('of the heartbeat say that the connection lives', () => {
    expect(decode({ t: 'hk', hk: '1700000000' })).toEqual([{ kind: 'heartbeat' }])
  })

  it.each(['uk', 'udk', 'ok', 'uok', 'pm'])('of %s are counted under their name', t => {
    expect(decode({ t, k: 'NSE|22' })).toEqual([{ kind: 'ignored', what: `answer ${t}` }])
  })

  it.each([{ t: 'zz' }, { t: 7 }, {}, { t: 'constructor' }, { e: 'NSE', tk: '22', lp: '1' }])(
    '%j are counted under a name of ours',
    frame => {
      expect(decode(frame)).toEqual([{ kind: 'ignored', what: 'text of an unknown type' }])
    },
  )

  it('with words for a person are told, without what looks like a token', () => {
    expect(decode({ stat: 'Not_Ok', emsg: 'Session 0123456789abcdef0 is over' })).toEqual([
      { kind: 'notice', level: 'error', text: 'Session [redacted] is over' },
    ])
  })

  it('in an array count each for itself', () => {
    const frames = [{ t: 'tf', e: 'NSE', tk: '1', lp: '10.05' }, 7, { t: 'tf', e: 'NSE', tk: '2', lp: '20.05' }]
    expect(decode(frames)).toMatchObject([
      { kind: 'part', token: 'NSE|1' },
      { kind: 'malformed' },
      { kind: 'part', token: 'NSE|2' },
    ])
  })

  it.each(['', '<html>', '{', 'null', '1', '"tf"', '[[]]'])('of "%s" are dropped and counted', text => {
    expect(decode(text)).toEqual([{ kind: 'malformed', what: 'text that is no message' }])
  })

  it('that are binary are dropped and counted', () => {
    expect(createDecoder()(Buffer.from('{"t":"hk"}'), RECEIVED)).toEqual([
      { kind: 'malformed', what: 'binary message' },
    ])
  })
})
