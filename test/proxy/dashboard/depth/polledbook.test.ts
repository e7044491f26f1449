import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { PolledBooks } from '../../../../proxy/dashboard/depth/polledbook.ts'
import { Prices } from '../../../../proxy/dashboard/prices.ts'
import { CallError } from '../../../../proxy/dashboard/session.ts'
import { pollSnapshots } from '../../../../proxy/dashboard/snapshots.ts'
import { ManualPageClock } from '../pageclock.ts'

const name = 'NSE:TCS'
const depth = { buy: [{ price: 99, quantity: 1 }], sell: [{ price: 101, quantity: 1 }] }
const fields = { ltp: 100, depth, depth_level: 1 }

describe('the book while prices come as snapshots', () => {
  it('is not the one the stream gave last', () => {
    const books = new PolledBooks()
    books.take({ name, via: 'stream' }, { data: fields }, 0)
    expect(books.shown({ name, fields }, undefined, 1)).toEqual(fields)
    expect(books.shown({ name, fields }, {}, 1)).toEqual({ ltp: 100 })
  })

  it('is that of a snapshot, until none has come for a while', () => {
    const books = new PolledBooks()
    books.take({ name, via: 'snapshot' }, { data: fields }, 1000)
    books.take({ name, via: 'snapshot' }, { data: { ltp: 101 } }, 3000)
    expect(books.shown({ name, fields }, {}, 10_999)).toEqual(fields)
    expect(books.shown({ name, fields }, {}, 11_000)).toEqual({ ltp: 100 })
  })

  function open(answer: (mode: string) => object) {
    const prices = new Prices(new ManualPageClock())
    const asked: object[] = []
    const call = async (_: string, { body }: { body: string }) => {
      const wish = JSON.parse(body)
      asked.push(wish)
      return { snapshots: [{ exchange: 'NSE', symbol: 'TCS', ...answer(wish.mode) }] }
    }
    const poll = () => pollSnapshots({ call, current: signal(undefined) } as never, prices, [name], { name, depth: 20 })
    return { prices, asked, poll }
  }

  it('is asked for of the one that is looked at, as deep as it is wanted', async () => {
    const { prices, asked, poll } = open(mode => ({ data: mode === 'depth' ? fields : { ltp: 100 }, state: 'live' }))
    await poll()
    expect(asked).toEqual([
      { symbols: [name], mode: 'quote' },
      { symbols: [name], mode: 'depth', depth: 20 },
    ])
    expect(prices.find(name)?.fields).toMatchObject(fields)
  })

  it.each([
    ['is refused', () => ({ error: 'its source gives no book' })],
    [
      'does not come',
      () => {
        throw new CallError(0, 'the server does not answer')
      },
    ],
  ])('takes nothing from the price where it %s', async (_, answerOfDepth) => {
    const { prices, poll } = open(mode => (mode === 'depth' ? answerOfDepth() : { data: { ltp: 100 }, state: 'live' }))
    await poll()
    expect(prices.find(name)).toMatchObject({ state: 'live', fields: { ltp: 100 } })
  })
})
