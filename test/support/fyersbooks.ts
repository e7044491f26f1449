import fc from 'fast-check'

/** Messages of the 50-level socket by the vendor's names, as generators: for the vendor's encoder. */

export const TICKERS = ['NSE:SBIN-EQ', 'NSE:M&M-EQ', 'NSE:NIFTY26NOVFUT']

const uint32 = fc.oneof(fc.constant(0), fc.nat(100_000), fc.integer({ min: 0, max: 0xffff_ffff }))
const uint64 = fc.oneof(fc.constant(0), fc.nat(), fc.maxSafeNat())
const int64 = fc.oneof(fc.constant(0), fc.integer({ min: 5, max: 5_000_000 }), fc.maxSafeInteger())
const wrapped = (value: fc.Arbitrary<number>) => fc.option(fc.record({ value }), { nil: undefined, freq: 4 })

const level = fc.record(
  { price: wrapped(int64), qty: wrapped(uint32), nord: wrapped(uint32), num: wrapped(uint32) },
  { requiredKeys: [] },
)

/** Everything the schema has, also what nobody was seen to send. */
export const messageWith = (ticker: fc.Arbitrary<string>, text: fc.Arbitrary<string>) =>
  fc.record(
    {
      type: fc.nat(8),
      snapshot: fc.boolean(),
      msg: text,
      error: fc.boolean(),
      feeds: fc.dictionary(
        ticker,
        fc.record(
          {
            quote: fc.record({ ltp: wrapped(int64), ltt: wrapped(uint32), ltpc: wrapped(int64) }),
            eq: fc.record({ atp: wrapped(int64), lc: wrapped(uint32), pc: wrapped(uint32) }),
            dq: fc.record({ do: wrapped(int64), dhoi: wrapped(uint64) }),
            ohlcv: fc.record({ open: wrapped(int64), epoch: wrapped(uint32) }),
            depth: fc.record(
              {
                tbq: wrapped(uint64),
                tsq: wrapped(uint64),
                asks: fc.array(level, { maxLength: 6 }),
                bids: fc.array(level, { maxLength: 6 }),
              },
              { requiredKeys: [] },
            ),
            feedTime: wrapped(uint64),
            sendTime: wrapped(uint64),
            token: text,
            sequenceNo: uint64,
            snapshot: fc.boolean(),
            ticker,
            symdetail: fc.record({ ticksize: text }),
          },
          { requiredKeys: [] },
        ),
        { maxKeys: 3 },
      ),
    },
    { requiredKeys: [] },
  )

const price = fc.oneof(fc.constant(0), fc.integer({ min: 5, max: 5_000_000 }))
const quantity = fc.oneof(fc.constant(0), fc.nat(100_000))
const here = (value: fc.Arbitrary<number>) => fc.record({ value })
const wholeLevel = fc.record({ price: here(price), qty: here(quantity), nord: here(fc.nat(500)) })
const someLevel = fc.record({ price: wrapped(price), qty: wrapped(quantity), nord: wrapped(fc.nat(500)) })
const side = (one: fc.Arbitrary<object>, least: number) =>
  fc.array(one, { minLength: least, maxLength: 50 }).chain(levels =>
    // A number is in each level's place, or in none.
    fc
      .boolean()
      .map(isNumbered => (isNumbered ? levels.map((level, at) => ({ ...level, num: { value: at } })) : levels)),
  )

/** All fifty levels: what a shorter one leaves out, their store keeps. */
const whole = fc.record({
  tbq: here(uint64),
  tsq: here(uint64),
  asks: side(wholeLevel, 50),
  bids: side(wholeLevel, 50),
})
const difference = fc.record(
  { tbq: wrapped(uint64), tsq: wrapped(uint64), asks: side(someLevel, 0), bids: side(someLevel, 0) },
  { requiredKeys: [] },
)
const time = fc.integer({ min: 1, max: 0xffff_ffff }).map(value => ({ value }))
const wholeStep = fc.record({ depth: whole, feedTime: time, isWhole: fc.constant(true) })
const step = fc.oneof(
  { weight: 1, arbitrary: wholeStep },
  {
    weight: 6,
    arbitrary: fc.record({
      depth: difference,
      feedTime: fc.option(time, { nil: undefined }),
      isWhole: fc.constant(false),
    }),
  },
)

/** The messages of a connection: whole books first, then whatever comes, each instrument's in its sequence. */
export const run = fc
  .tuple(
    fc.tuple(...TICKERS.map(ticker => fc.tuple(fc.constant(ticker), wholeStep))),
    fc.array(fc.tuple(fc.constantFrom(...TICKERS), step), { maxLength: 18 }),
  )
  .map(([first, then]) => {
    const sequences = new Map<string, number>()
    return [...first, ...then].map(([ticker, { isWhole, ...feed }]) => {
      const sequenceNo = (sequences.get(ticker) ?? 41) + 1
      sequences.set(ticker, sequenceNo)
      return { ticker, message: { type: 6, snapshot: isWhole, feeds: { [ticker]: { ...feed, ticker, sequenceNo } } } }
    })
  })
