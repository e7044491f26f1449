import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Merge } from '../../../../adapters/runtime/session/merge.ts'
import type { TopicMode } from '../../../../shared/market/mode.ts'
import type { LevelPart, TickPart } from '../../../../shared/market/tick.ts'
import { equity } from '../rig.ts'

const AT = 1_795_220_416_000_000
const NOW = AT / 1000
const SHARE = equity('SHARE')

/** Two brokers in one: touchline and depth apart, and a book on top of the touchline. */
const SOURCES = { LTP: ['top'], QUOTE: ['top'], DEPTH: ['top', 'five'], BOOK50: ['top', 'five', 'fifty'] } as const
const APART = { LTP: ['touchline'], QUOTE: ['touchline'], DEPTH: ['depth'] } as const

function open(sources: ConstructorParameters<typeof Merge>[0] = SOURCES, instrument = SHARE) {
  const merge = new Merge(sources)
  const said =
    (source: string, isWhole: boolean) =>
    (part: TickPart, wanted: TopicMode, stream = 0) =>
      merge.take(instrument, stream, { kind: 'part', token: 'x', source, isWhole, part }, wanted, AT)
  return { merge, whole: (source: string) => said(source, true), update: (source: string) => said(source, false) }
}

const level = (price: number, quantity = 1): LevelPart => ({ price, quantity })

describe('parts of one source', () => {
  it('leave what they do not name as it was, and take away what they say is none', () => {
    const { whole, update } = open()
    whole('top')({ ltp: 100, volume: 5, open: 99, timestamp: 1000 }, 'QUOTE')
    expect(update('top')({ volume: 6 }, 'QUOTE')).toEqual({
      ltp: 100,
      volume: 6,
      open: 99,
      timestamp: 1000,
      mode: 'QUOTE',
    })
    expect(update('top')({ open: null }, 'QUOTE')).toEqual({ ltp: 100, volume: 6, timestamp: 1000, mode: 'QUOTE' })
  })

  it('begin anew with a whole one: nothing of before is left', () => {
    const { whole } = open()
    whole('top')({ ltp: 100, volume: 5, timestamp: 1000 }, 'QUOTE')
    expect(whole('top')({ ltp: 101, timestamp: 2000 }, 'QUOTE')).toEqual({ ltp: 101, timestamp: 2000, mode: 'QUOTE' })
  })

  it('keep zero apart from absent', () => {
    const { whole, update } = open()
    whole('top')({ ltp: 100, volume: 0, timestamp: 1000 }, 'QUOTE')
    expect(update('top')({ ltp: 101 }, 'QUOTE')).toMatchObject({ volume: 0 })
  })

  it('change levels place by place and field by field, and show none that is empty', () => {
    const { whole, update } = open(APART)
    const buy = [{ price: 10, quantity: 5, orders: 2 }, level(9), level(8)]
    whole('depth')({ ltp: 10, buy, sell: [level(11)], timestamp: 1000 }, 'DEPTH')
    expect(update('depth')({ buy: [undefined, { quantity: 7 }] }, 'DEPTH')?.book).toEqual({
      buy: [{ price: 10, quantity: 5, orders: 2 }, level(9, 7), level(8)],
      sell: [level(11)],
    })
    expect(update('depth')({ buy: [{ price: 0 }], sell: [{ quantity: 0 }] }, 'DEPTH')?.book).toEqual({
      buy: [level(9, 7), level(8)],
      sell: [],
    })
  })

  it('before a whole one give a price and nothing else', () => {
    const { whole, update } = open()
    expect(update('top')({ volume: 5 }, 'QUOTE')).toBeUndefined()
    expect(update('top')({ ltp: 100, timestamp: 1000 }, 'QUOTE')).toEqual({ ltp: 100, timestamp: 1000, mode: 'LTP' })
    expect(whole('top')({ ltp: 101, timestamp: 2000 }, 'QUOTE')).toMatchObject({ mode: 'QUOTE' })
  })

  it('have the time of receipt where the broker gives none, and say so', () => {
    const { whole, update } = open()
    expect(whole('top')({ ltp: 100 }, 'QUOTE')).toMatchObject({ timestamp: NOW, isStampedHere: true })
    expect(update('top')({ timestamp: 5000 }, 'QUOTE')).not.toHaveProperty('isStampedHere')
  })

  it('that say only the price are a price, until the rest is said anew', () => {
    const { whole, update } = open()
    whole('top')({ ltp: 100, volume: 5, timestamp: 1000 }, 'QUOTE')
    expect(update('top')({ ltp: 101, mode: 'LTP' }, 'QUOTE')).toMatchObject({ ltp: 101, mode: 'LTP' })
    expect(whole('top')({ ltp: 102, timestamp: 1000 }, 'QUOTE')).toMatchObject({ mode: 'QUOTE' })
  })

  it('come to what a plain overlay of all fields gives, whatever is sent in which order', () => {
    const fields = ['ltp', 'volume', 'open', 'high', 'low', 'previousClose'] as const
    const change = fc.record(
      Object.fromEntries(fields.map(field => [field, fc.option(fc.integer({ min: 1, max: 9 }))])),
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), change), { minLength: 1, maxLength: 12 }), messages => {
        const { whole, update } = open()
        let plain: Record<string, number | null | undefined> = {}
        whole('top')({ timestamp: 1 }, 'QUOTE')
        for (const [isWhole, part] of messages) {
          plain = isWhole ? { ...part } : { ...plain, ...part }
          const tick = (isWhole ? whole : update)('top')(isWhole ? { ...part, timestamp: 1 } : part, 'QUOTE')
          const known = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null))
          expect(tick).toEqual({ ...known, timestamp: 1, mode: 'QUOTE' })
        }
      }),
    )
  })
})

describe('parts of several sources', () => {
  it('make one tick, with the book of the one that counts most', () => {
    const { whole, update } = open()
    whole('top')({ ltp: 100, buy: [level(99)], sell: [level(101)], timestamp: 1000 }, 'DEPTH')
    const book = { buy: [level(99), level(98)], sell: [level(101), level(102)] }
    expect(whole('five')(book, 'DEPTH')).toEqual({ ltp: 100, timestamp: 1000, mode: 'DEPTH', book })
    expect(update('top')({ ltp: 100.5, timestamp: 2000 }, 'DEPTH')).toEqual({
      ltp: 100.5,
      timestamp: 2000,
      mode: 'DEPTH',
      book,
    })
  })

  it('have the time of receipt while none of them has given another', () => {
    const { whole } = open()
    whole('top')({ ltp: 100 }, 'DEPTH')
    expect(whole('five')({ buy: [], sell: [] }, 'DEPTH')).toMatchObject({ timestamp: NOW, isStampedHere: true })
    whole('top')({ ltp: 100, timestamp: null }, 'DEPTH')
    expect(whole('five')({ buy: [], sell: [] }, 'DEPTH')).toMatchObject({ timestamp: NOW, isStampedHere: true })
  })

  it('have the latest time that any of them has given: each has a clock of its own, and none makes another late', () => {
    const { whole, update } = open()
    whole('top')({ ltp: 100, timestamp: 5000 }, 'DEPTH')
    expect(whole('five')({ buy: [level(99)], sell: [], timestamp: 4000 }, 'DEPTH')).toMatchObject({ timestamp: 5000 })
    expect(update('five')({ buy: [level(98)], timestamp: 7000 }, 'DEPTH')).toMatchObject({ timestamp: 7000 })
    expect(update('top')({ ltp: 101, timestamp: 6000 }, 'DEPTH')).toMatchObject({ ltp: 101, timestamp: 7000 })
  })

  it('say the next lower mode until all of them have spoken', () => {
    const { whole } = open()
    expect(whole('fifty')({ buy: [level(99)] }, 'BOOK50', 1)).toBeUndefined()
    expect(whole('top')({ ltp: 100, timestamp: 1000 }, 'BOOK50')).toMatchObject({ mode: 'QUOTE' })
    expect(whole('five')({ buy: [level(99)], sell: [] }, 'BOOK50')).toMatchObject({ mode: 'BOOK50' })
  })

  it('fall back when one of their sockets is lost, without what it said', () => {
    const { merge, whole, update } = open()
    whole('top')({ ltp: 100, timestamp: 1000 }, 'BOOK50')
    whole('five')({ buy: [level(99)], sell: [] }, 'BOOK50')
    whole('fifty')({ buy: [level(99), level(98)], sell: [] }, 'BOOK50', 1)
    merge.forget([SHARE], 1)
    expect(update('top')({ ltp: 101 }, 'BOOK50')).toMatchObject({ mode: 'DEPTH', book: { buy: [level(99)], sell: [] } })
  })

  it('fall back when what one of them said is lost, and only of that instrument', () => {
    const { merge, whole, update } = open()
    whole('top')({ ltp: 100, timestamp: 1000 }, 'BOOK50')
    whole('five')({ buy: [level(99)], sell: [] }, 'BOOK50')
    whole('fifty')({ buy: [level(98)], sell: [] }, 'BOOK50', 1)
    merge.drop(equity('OTHER'), 'fifty')
    expect(update('top')({ ltp: 101 }, 'BOOK50')).toMatchObject({ mode: 'BOOK50' })
    merge.drop(SHARE, 'fifty')
    expect(update('top')({ ltp: 102 }, 'BOOK50')).toMatchObject({ mode: 'DEPTH', book: { buy: [level(99)] } })
  })

  it('leave a time of tomorrow, which one of them gave, to itself', () => {
    const { whole } = open()
    whole('top')({ ltp: 100, timestamp: NOW - 5 }, 'DEPTH')
    expect(whole('five')({ buy: [], sell: [], timestamp: NOW + 86_400_000 }, 'DEPTH')).toMatchObject({
      timestamp: NOW - 5,
    })
  })

  it('go on as they were until another mode has its own, and are gone then', () => {
    const { whole, update } = open(APART)
    whole('touchline')({ ltp: 100, timestamp: 1000 }, 'QUOTE')
    expect(update('touchline')({ ltp: 101 }, 'DEPTH')).toMatchObject({ ltp: 101, mode: 'QUOTE' })
    expect(whole('depth')({ ltp: 102, timestamp: 1000 }, 'DEPTH')).toMatchObject({ ltp: 102, mode: 'DEPTH' })
    expect(update('touchline')({ ltp: 90 }, 'DEPTH')).toBeUndefined()
    expect(update('depth')({ volume: 7 }, 'QUOTE')).toMatchObject({ ltp: 102, volume: 7, mode: 'DEPTH' })
    expect(whole('touchline')({ ltp: 103, timestamp: 1000 }, 'QUOTE')).toMatchObject({ ltp: 103, mode: 'QUOTE' })
    expect(update('depth')({ ltp: 91 }, 'QUOTE')).toBeUndefined()
  })

  it('of an index are all there is to say without a book', () => {
    const { whole } = open(SOURCES, equity('INDEX', { kind: 'INDEX' }))
    expect(whole('top')({ ltp: 100, timestamp: 1000 }, 'DEPTH')).toEqual({ ltp: 100, timestamp: 1000 })
  })

  it('are nothing of a source the adapter does not name', () => {
    const { whole } = open()
    expect(whole('other')({ ltp: 100 }, 'DEPTH')).toBeUndefined()
  })
})

it('hands out ticks that later parts do not change', () => {
  const { whole, update } = open(APART)
  const first = whole('depth')({ ltp: 1, buy: [level(1)], sell: [], timestamp: 1 }, 'DEPTH')
  const before = structuredClone(first)
  update('depth')({ ltp: 2, buy: [level(2)] }, 'DEPTH')
  expect(first).toEqual(before)
})

it('leaves the parts as the decoder gave them', () => {
  const { whole, update } = open(APART)
  const parts = [
    { ltp: 1, buy: [level(1)], sell: [level(2)], timestamp: 1 },
    { ltp: 2, buy: [{ price: 3 }, level(1)], sell: [undefined, level(4)] },
    { volume: 9, buy: [undefined, { quantity: 5 }], sell: [undefined, { price: 6 }] },
  ] as const satisfies readonly TickPart[]
  const before = structuredClone(parts)
  whole('depth')(parts[0], 'DEPTH')
  update('depth')(parts[1], 'DEPTH')
  const { book } = update('depth')(parts[2], 'DEPTH') ?? {}
  expect(parts).toEqual(before)
  expect(book).toEqual({ buy: [level(3), level(1, 5)], sell: [level(2), level(6)] })
})
