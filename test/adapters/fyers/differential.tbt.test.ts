import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createTbtDecoder, TBT } from '../../../adapters/fyers/tbtdecoder.ts'
import { readMessage, type TbtMessage } from '../../../adapters/fyers/tbtmessage.ts'
import { Merge } from '../../../adapters/runtime/session/merge.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { booksMessage } from '../../emulators/fyers/booksmessage.ts'
import { messageWith, run, TICKERS } from '../../support/fyersbooks.ts'
import { Oracle, type TheirBook, type TheirLevel, type TheirMessage } from './oracle.ts'

const oracle = new Oracle()
afterAll(() => oracle.close())

/** After every time that 32 bits can hold: those of tomorrow are not believed. */
const RECEIVED = 4_300_000_000_123_456
const text = fc.string().filter(one => one !== '__proto__')
const messages = fc.sample(messageWith(fc.oneof(fc.constantFrom(...TICKERS), text), text), { numRuns: 5000, seed: 6 })
const wordless = fc.sample(messageWith(fc.constant(''), fc.constant('')), { numRuns: 800, seed: 7 })

/** As `toEqual`, which takes its time, where it does not matter. */
function same(mine: unknown, theirs: unknown): void {
  if (!isDeepStrictEqual(mine, theirs)) expect(mine).toEqual(theirs)
}

/** What their decoder says, in our words. */
function translate(their: TheirMessage): TbtMessage {
  const value = (name: string, wrapper: { value?: number } | undefined) =>
    wrapper === undefined ? {} : { [name]: wrapper.value ?? 0 }
  const levelOf = ({ price, qty, nord, num }: TheirLevel) => ({
    ...value('price', price),
    ...value('quantity', qty),
    ...value('orders', nord),
    ...value('number', num),
  })
  return {
    type: their.type ?? 0,
    isSnapshot: their.snapshot ?? false,
    text: their.msg ?? '',
    isError: their.error ?? false,
    feeds: Object.entries(their.feeds ?? {}).map(([key, feed]) => ({
      key,
      ticker: feed.ticker ?? '',
      fyToken: feed.token ?? '',
      sequence: feed.sequenceNo ?? 0,
      isSnapshot: feed.snapshot ?? false,
      ...value('feedTime', feed.feedTime),
      ...(feed.depth && {
        depth: {
          ...value('totalBuyQuantity', feed.depth.tbq),
          ...value('totalSellQuantity', feed.depth.tsq),
          asks: (feed.depth.asks ?? []).map(levelOf),
          bids: (feed.depth.bids ?? []).map(levelOf),
        },
      }),
    })),
  }
}

describe("the vendor's protobuf and ours", () => {
  it('agree on five thousand messages of the vendor’s encoder, on every field', async () => {
    const frames = await oracle.encodeBooks(messages)
    const theirs = await oracle.decodeBooks(frames)
    for (const [at, frame] of frames.entries()) same(readMessage(frame), translate(theirs[at]?.message ?? {}))
    // Something was there to be compared.
    expect(theirs.filter(({ message }) => Object.keys(message?.feeds ?? {}).length > 0).length).toBeGreaterThan(2000)
  })

  it('agree on which cut message is none, where no text is cut', async () => {
    const cuts = (await oracle.encodeBooks(wordless)).flatMap(frame =>
      Array.from({ length: Math.min(frame.length, 40) }, (_, cut) => frame.subarray(0, frame.length - 1 - cut)),
    )
    const theirs = await oracle.decodeBooks(cuts)
    for (const [at, frame] of cuts.entries()) {
      const { message, isRefused } = theirs[at] ?? {}
      same(readMessage(frame), isRefused ? undefined : translate(message ?? {}))
    }
    expect(theirs.filter(({ isRefused }) => isRefused).length).toBeGreaterThan(5000)
  })
})

/** A message of the one instrument, by the vendor's names. */
const depth = (ticker: string, content: object, snapshot = false) => ({
  type: 6,
  feeds: { [ticker]: { ticker, depth: content } },
  snapshot,
})

/** A book as the adapter gives it after each frame: through its decoder and the runtime that puts parts together. */
function ours(frames: readonly Uint8Array[]) {
  const decode = createTbtDecoder(() => [])
  const merge = new Merge({ BOOK50: [TBT] })
  const instruments = new Map(TICKERS.map(ticker => [ticker, { token: ticker, kind: 'EQ' } as Instrument]))
  const books = new Map<string, Tick>()
  return frames.map(frame => {
    for (const signal of decode(frame, RECEIVED)) {
      const instrument = signal.kind === 'part' && instruments.get(signal.token)
      const tick = instrument && merge.take(instrument, 1, signal, 'BOOK50', RECEIVED)
      if (tick) books.set(instrument.token, tick)
    }
    return Object.fromEntries(books)
  })
}

/** Their book in our words: rupees, and levels that are empty left out. */
function bookOf({ tbq, tsq, timestamp, ...sides }: TheirBook) {
  const side = (prices: readonly number[], quantities: readonly number[], orders: readonly number[]) =>
    prices
      .map((price, at) => ({ price, quantity: quantities[at] ?? 0, orders: orders[at] ?? 0 }))
      .filter(({ price, quantity }) => price !== 0 && quantity !== 0)
  return {
    timestamp: timestamp * 1000,
    totalBuyQuantity: tbq,
    totalSellQuantity: tsq,
    mode: 'BOOK50',
    book: {
      buy: side(sides.bidprice, sides.bidqty, sides.bidordn),
      sell: side(sides.askprice, sides.askqty, sides.askordn),
    },
  }
}

describe("the vendor's books and ours", () => {
  it('agree after each of thousands of whole books and differences', async () => {
    const runs = fc.sample(run, { numRuns: 400, seed: 8 })
    const frames = await Promise.all(runs.map(steps => oracle.encodeBooks(steps.map(({ message }) => message))))
    const theirs = await oracle.keepBooks(frames)
    for (const [at, steps] of runs.entries()) {
      const mine = ours(frames[at] ?? [])
      for (const [place, { ticker }] of steps.entries()) {
        const their = theirs[at]?.[place]?.[ticker]
        same(mine[place]?.[ticker], their && bookOf(their))
      }
    }
    expect(runs.flat().length).toBeGreaterThan(2500)
  })
})

/** The one book of these messages, theirs and ours. */
async function bothBooks(contents: readonly { content: object; isWhole?: boolean }[]) {
  const [ticker = ''] = TICKERS
  const messages = contents.map(({ content, isWhole = false }) => depth(ticker, content, isWhole))
  const frames = await oracle.encodeBooks(messages)
  const [theirs] = await oracle.keepBooks([frames])
  const their = theirs?.at(-1)?.[ticker]
  return { theirs: their && bookOf(their).book.buy, ours: ours(frames).at(-1)?.[ticker]?.book?.buy }
}

const bid = (price: number, qty: number, num?: number) => ({
  price: { value: price },
  qty: { value: qty },
  nord: { value: 1 },
  ...(num === undefined ? {} : { num: { value: num } }),
})
const shown = (price: number, quantity: number) => ({ price, quantity, orders: 1 })

describe('where the vendor is known to be wrong', () => {
  it('a snapshot does not clear the book before it', async () => {
    const books = await bothBooks([
      { content: { bids: [bid(500, 1), bid(495, 2)] }, isWhole: true },
      { content: { bids: [bid(510, 3)] }, isWhole: true },
    ])
    expect(books.theirs).toEqual([shown(5.1, 3), shown(4.95, 2)])
    expect(books.ours).toEqual([shown(5.1, 3)])
  })

  it('a level is placed by where it stands in the list, not by its number', async () => {
    const books = await bothBooks([
      { content: { bids: [bid(500, 1, 0), bid(495, 2, 1), bid(490, 3, 2)] }, isWhole: true },
      { content: { bids: [bid(490, 9, 2)] } },
    ])
    expect(books.theirs).toEqual([shown(4.9, 9), shown(4.95, 2), shown(4.9, 3)])
    expect(books.ours).toEqual([shown(5, 1), shown(4.95, 2), shown(4.9, 9)])
  })

  it('a text that is cut is read as a shorter one', async () => {
    const [whole = Buffer.alloc(0)] = await oracle.encodeBooks([{ type: 8, msg: 'bad symbol' }])
    const cut = whole.subarray(0, whole.length - 3)
    const [their] = await oracle.decodeBooks([cut])
    expect(their?.message?.msg).toBe('bad sym')
    expect(readMessage(cut)).toBeUndefined()
  })
})

describe("the emulator's messages", () => {
  it("are read by the vendor's decoder as they were meant", async () => {
    const feeds = [
      {
        key: '10100000003045',
        ticker: 'NSE:SBIN-EQ',
        token: '10100000003045',
        sequence: 42,
        snapshot: true,
        feedTime: 1_775_001_600,
        sendTime: 1_775_001_601,
        depth: { tbq: 0, tsq: 900, asks: [{ price: -67_545, qty: 0, nord: 2, num: 0 }], bids: [{}] },
      },
    ]
    const frame = booksMessage({ type: 6, feeds, snapshot: true, msg: 'm', error: true })
    const [their] = await oracle.decodeBooks([frame])
    expect(their?.message).toEqual({
      type: 6,
      snapshot: true,
      msg: 'm',
      error: true,
      feeds: {
        10100000003045: {
          ticker: 'NSE:SBIN-EQ',
          token: '10100000003045',
          sequenceNo: 42,
          snapshot: true,
          feedTime: { value: 1_775_001_600 },
          sendTime: { value: 1_775_001_601 },
          depth: {
            tbq: {},
            tsq: { value: 900 },
            asks: [{ price: { value: -67_545 }, qty: {}, nord: { value: 2 }, num: {} }],
            bids: [{}],
          },
        },
      },
    })
    // The vendor's own encoder puts the same bytes, but for the zeros that it writes out.
    const again = await oracle.encodeBooks([their?.message ?? {}])
    expect(again[0]?.toString('hex')).toBe(frame.toString('hex'))
  })
})
