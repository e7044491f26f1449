import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Signal } from '../../../adapters/contract.ts'
import { createDecoder } from '../../../adapters/fyers/codec.ts'
import type { TickPart } from '../../../shared/market/tick.ts'
import { hasRecordings, recordedJson } from './recordings.ts'
import { ABSENT, answer, data, lite, SBIN, snapshot, update, welcome } from './wire.ts'

const NOW = 1_795_220_416_000_000

type Part = Extract<Signal, { kind: 'part' }>

/** A connection that was accepted; what its frames said. */
function connected(options: Parameters<typeof welcome>[0] = { interval: 2 }) {
  const decode = createDecoder()
  decode(welcome(options), NOW)
  return (...frames: Buffer[]): Signal[] => frames.flatMap(frame => [...decode(frame, NOW)])
}

const parts = (signals: readonly Signal[]): Part[] => signals.filter(signal => signal.kind === 'part')
const kinds = (signals: readonly Signal[]): string[] => signals.map(({ kind }) => kind)
const replies = (signals: readonly Signal[]): string[] =>
  signals.flatMap(signal => (signal.kind === 'reply' ? [Buffer.from(signal.frame).toString('hex')] : []))

const TOPIC = 'sf|nse_cm|3045'

describe('the answer to the login', () => {
  it('makes the session ready once both channels have their mode', () => {
    const signals = createDecoder()(welcome({ interval: 2, configuration: {} }), NOW)
    expect(kinds(signals)).toEqual(['reply', 'reply', 'ready'])
    expect(replies(signals)).toEqual([
      '00110c02010008000000000000080002000146',
      '00110c0201000800000000000010000200014c',
    ])
  })

  it('that says no is a refusal of the session, and anything else is none', () => {
    expect(createDecoder()(answer(1, { 1: 'N' }), NOW)).toEqual([
      { kind: 'refused', reason: expect.stringContaining('status 11002') },
    ])
    expect(kinds(createDecoder()(answer(1, { 1: 'X' }), NOW))).toEqual(['malformed'])
    expect(kinds(createDecoder()(answer(1, {}), NOW))).toEqual(['malformed'])
  })

  it('is counted when it lacks the stream configuration, or has one that is none; then the usual one holds', () => {
    for (const configuration of [undefined, 'no json', '[]', '7']) {
      const decode = createDecoder()
      const signals = decode(welcome({ interval: 2, ...(configuration && { configuration }) }), NOW)
      expect(kinds(signals)).toEqual(['reply', 'reply', 'ignored', 'ready'])
      expect(parts(decode(data(1, snapshot(7, TOPIC, SBIN)), NOW))[0]?.part.ltp).toBe(1068.45)
    }
  })

  it('names the order of the fields, which counts before the usual one', () => {
    const hear = connected({ interval: 2, configuration: { scrip: ['s104', 's999', 's105'], index: [], depth: 7 } })
    expect(parts(hear(data(1, snapshot(7, TOPIC, [500, 1, 106845]))))[0]?.part).toEqual({ volume: 500, ltp: 1068.45 })
    const index = parts(hear(data(2, snapshot(8, 'if|nse_cm|Nifty 50', [2618810]))))[0]
    expect(index?.part).toEqual({ ltp: 26188.1 })
  })
})

describe('answers to other requests', () => {
  it.each([4, 5, 7, 8, 9, 12])('of type %i say yes as a sign of life, no as a notice with its status', type => {
    const hear = connected()
    expect(hear(answer(type, { 1: 'K', 2: Buffer.of(255, 255) }))).toEqual([{ kind: 'heartbeat' }])
    expect(hear(answer(type, { 1: 'N' }))).toEqual([
      { kind: 'notice', level: 'error', text: expect.stringMatching(/^Fyers refuses .* \(status 1\d{4}\)$/) },
    ])
    expect(kinds(hear(answer(type, { 2: 'K' })))).toEqual(['malformed'])
  })

  it('of no use are counted by a name of ours', () => {
    const hear = connected()
    expect(hear(answer(13, { 1: 'x' }))).toEqual([{ kind: 'ignored', what: 'master data' }])
    expect(hear(answer(200, { 1: 'x' }))).toEqual([{ kind: 'ignored', what: 'frame of an unknown type' }])
    expect(hear(Buffer.of(0, 1, 11))).toEqual([{ kind: 'heartbeat' }])
  })

  it('in words are a sign of life or of no use', () => {
    const decode = createDecoder()
    expect(decode('pong', NOW)).toEqual([{ kind: 'heartbeat' }])
    expect(decode('hello', NOW)).toEqual([{ kind: 'ignored', what: 'text' }])
  })
})

describe('a snapshot', () => {
  it('says everything of an instrument', () => {
    expect(connected()(data(1, snapshot(7, TOPIC, SBIN)))).toEqual([
      {
        kind: 'part',
        token: 'nse_cm|3045',
        source: 'sf',
        isWhole: true,
        part: {
          ltp: 1068.45,
          volume: 9217341,
          lastTradeTime: 1747896300_000,
          timestamp: 1747896301_000,
          lastQuantity: 25,
          totalBuyQuantity: 812345,
          totalSellQuantity: 912345,
          averagePrice: 1070.12,
          openInterest: null,
          low: 1063,
          high: 1077.7,
          lowerCircuit: 978.25,
          upperCircuit: 1195.55,
          open: 1075,
          previousClose: 1086.9,
          buy: [{ quantity: 14914, price: 1068.45 }],
          sell: [{ quantity: 0, price: 0 }],
        },
      },
    ])
  })

  it('says an open interest of 0 where contracts are traded, and no price or time of 0 anywhere', () => {
    const values = SBIN.map(() => 0)
    expect(parts(connected()(data(1, snapshot(7, 'sf|nse_fo|58067', values))))[0]?.part).toEqual({
      ltp: null,
      volume: 0,
      lastTradeTime: null,
      lastQuantity: 0,
      totalBuyQuantity: 0,
      totalSellQuantity: 0,
      averagePrice: null,
      openInterest: 0,
      low: null,
      high: null,
      lowerCircuit: null,
      upperCircuit: null,
      open: null,
      previousClose: null,
      buy: [{ quantity: 0, price: 0 }],
      sell: [{ quantity: 0, price: 0 }],
    })
  })

  it('of a book gives five levels a side, with orders, and no last price', () => {
    const prices = [60625, 60620, 60615, 60610, 60605, 60630, 60635, 60640, 60645, 0]
    const sizes = [20, 902, 111, 110, 979, 282, 568, 2910, 1676, 0]
    const orders = [1, 3, 2, 2, 9, 4, 2, 12, 9, 0]
    const [one] = parts(connected()(data(1, snapshot(3, 'dp|nse_cm|3045', [...prices, ...sizes, ...orders]))))
    expect(one).toMatchObject({ token: 'nse_cm|3045', source: 'dp', isWhole: true })
    expect(Object.keys(one?.part ?? {})).toEqual(['buy', 'sell'])
    expect(one?.part.buy?.map(level => level?.price)).toEqual([606.25, 606.2, 606.15, 606.1, 606.05])
    expect(one?.part.sell?.[3]).toEqual({ price: 606.45, quantity: 1676, orders: 9 })
    expect(one?.part.sell?.[4]).toEqual({ price: 0, quantity: 0, orders: 0 })
  })

  it.each([6, 8])('of an index has %i values, and its trailer is read over', count => {
    const values = [2618810, 2621605, 1727428424, 2627735, 2616695, 2624825, 2670000, 2100000].slice(0, count)
    const signals = connected()(data(1, snapshot(8, 'if|nse_cm|Nifty 50', values), snapshot(7, TOPIC, SBIN)))
    expect(parts(signals).map(({ token, source }) => [token, source])).toEqual([
      ['nse_cm|Nifty 50', 'sf'],
      ['nse_cm|3045', 'sf'],
    ])
    expect(parts(signals)[0]?.part).toEqual({
      ltp: 26188.1,
      previousClose: 26216.05,
      timestamp: 1727428424_000,
      high: 26277.35,
      low: 26166.95,
      open: 26248.25,
    })
  })

  it.each([
    [965475, { precision: 2, multiplier: 100 }, 96.5475],
    [965475, { precision: 4 }, 96.5475],
    [78_001, { precision: 0 }, 78_001],
    [-4021, { precision: 2 }, -40.21],
    [2147483647, { precision: 0, multiplier: 1 }, 2147483647],
    [39295, { precision: 2 }, 392.95],
  ])('scales %i by its own precision and multiplier %o and rounds nothing', (raw, scale, ltp) => {
    expect(parts(connected()(data(1, snapshot(1, 'sf|cde_fo|1', [raw], scale))))[0]?.part).toEqual({ ltp })
  })

  it('takes another precision for what follows it', () => {
    const hear = connected()
    hear(data(1, snapshot(1, TOPIC, [10000], { precision: 2 })))
    const before = parts(hear(data(2, update(1, [10050]))))
    hear(data(3, snapshot(1, TOPIC, [1000000], { precision: 4 })))
    const after = parts(hear(data(4, update(1, [1005000]))))
    expect([...before, ...after].map(({ part }) => part.ltp)).toEqual([100.5, 100.5])
  })

  it('skips what a later server adds to its trailer', () => {
    const first = snapshot(1, TOPIC, [10000], { more: Buffer.from('something new') })
    expect(parts(connected()(data(1, first, snapshot(2, 'sf|nse_cm|11536', [20000]))))).toHaveLength(2)
  })

  it('without a scale stops the frame, and its topic is unknown from then on', () => {
    const hear = connected()
    hear(data(1, snapshot(1, TOPIC, [10000])))
    const signals = hear(data(2, snapshot(1, TOPIC, [10000], { multiplier: 0 })), data(3, update(1, [10050])))
    expect(kinds(signals)).toEqual(['malformed', 'reply', 'ignored'])
  })

  it('may have more or fewer values than the list', () => {
    const hear = connected()
    expect(parts(hear(data(1, snapshot(1, TOPIC, [10000, 5]))))[0]?.part).toEqual({ ltp: 100, volume: 5 })
    expect(parts(hear(data(2, snapshot(1, TOPIC, [...SBIN, 1, 2, 3]))))[0]?.part.previousClose).toBe(1086.9)
  })

  it('of a kind nobody asked for is read over, and so are its updates', () => {
    const hear = connected()
    const signals = hear(
      data(1, snapshot(1, 'op|nse_fo|1', [1, 2]), snapshot(2, TOPIC, [10000])),
      data(2, update(1, [1])),
    )
    expect(kinds(signals)).toEqual(['ignored', 'part', 'ignored', 'reply'])
  })
})

describe('an update', () => {
  it('says only what was sent: absent is no zero, and zero no absence', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, SBIN)))
    const values = [ABSENT, ABSENT, ABSENT, ABSENT, 0, ABSENT, 0]
    expect(parts(hear(data(2, update(7, values))))).toEqual([
      {
        kind: 'part',
        token: 'nse_cm|3045',
        source: 'sf',
        isWhole: false,
        part: { buy: [{ quantity: 0, price: 0 }] },
      },
    ])
  })

  it('of a deeper level leaves the places before it as they are', () => {
    const hear = connected()
    hear(data(1, snapshot(3, 'dp|nse_cm|3045', new Array(30).fill(100))))
    const values = new Array(13).fill(ABSENT)
    values[2] = 60000
    values[12] = 7
    expect(parts(hear(data(2, update(3, values))))[0]?.part).toEqual({
      buy: [undefined, undefined, { price: 600, quantity: 7 }],
    })
  })

  it('in which nothing was sent says nothing', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, SBIN)))
    expect(hear(data(2, update(7, [ABSENT, ABSENT]), update(7, [])))).toEqual([
      expect.objectContaining({ kind: 'reply' }),
    ])
  })

  it('of an unknown topic is dropped and counted, and what stands behind it is read', () => {
    const hear = connected()
    const signals = hear(data(1, update(99, [1, 2]), lite(98, [5]), snapshot(7, TOPIC, SBIN)))
    expect(kinds(signals)).toEqual(['ignored', 'ignored', 'part'])
  })

  it('counts for the topic that had its id last', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, [10000]), snapshot(8, 'sf|nse_cm|11536', [20000])))
    hear(data(2, snapshot(7, 'sf|nse_cm|11536', [20000])))
    const signals = hear(data(3, update(7, [20005]), update(8, [1])))
    expect(parts(signals).map(({ token, part }) => [token, part.ltp])).toEqual([['nse_cm|11536', 200.05]])
    expect(kinds(signals)).toEqual(['part', 'ignored'])
  })

  it('of a topic that moved is no longer known by its old id, nor is the topic that was pushed out', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, [10000]), snapshot(8, 'sf|nse_cm|11536', [20000])))
    hear(data(2, snapshot(8, TOPIC, [10000])))
    expect(kinds(hear(data(3, update(7, [1]))))).toEqual(['ignored'])
    expect(parts(hear(data(4, update(8, [10005]))))[0]).toMatchObject({ token: 'nse_cm|3045', part: { ltp: 100.05 } })
    hear(data(5, snapshot(7, 'sf|nse_cm|11536', [20000])))
    expect(parts(hear(data(6, update(7, [20005]))))[0]?.token).toBe('nse_cm|11536')
  })

  it('twice of one topic in a frame is applied in order', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, [10000])))
    expect(parts(hear(data(2, update(7, [10005]), update(7, [10010])))).map(({ part }) => part.ltp)).toEqual([
      100.05, 100.1,
    ])
  })

  it('of another connection means nothing here', () => {
    connected()(data(1, snapshot(7, TOPIC, SBIN)))
    expect(kinds(connected()(data(1, update(7, [1]))))).toEqual(['ignored'])
  })
})

describe('a lite item', () => {
  it('says a last price and nothing more', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, SBIN)))
    expect(parts(hear(data(2, lite(7, [107000]))))).toEqual([
      { kind: 'part', token: 'nse_cm|3045', source: 'sf', isWhole: false, part: { mode: 'LTP', ltp: 1070 } },
    ])
  })

  it('has as many values as the server announced, of instruments and of indices', () => {
    const configuration = { scrip_lite: { hfid: 3 }, index_lite: { hfid: 2 } }
    const hear = connected({ interval: 2, configuration })
    hear(data(1, snapshot(7, TOPIC, SBIN), snapshot(8, 'if|nse_cm|Nifty 50', [1, 2, 3, 4, 5, 6])))
    const signals = hear(data(2, lite(7, [191275, 1498563, 1684218816]), lite(8, [2618810, 2621605])))
    expect(parts(signals).map(({ part }) => part)).toEqual([
      { mode: 'LTP', ltp: 1912.75, volume: 1498563, lastTradeTime: 1684218816_000 },
      { mode: 'LTP', ltp: 26188.1, previousClose: 26216.05 },
    ])
  })

  it('whose length nobody knows stops the frame', () => {
    const hear = connected({ interval: 2, configuration: { scrip_lite: { hfid: 3 } } })
    hear(data(1, snapshot(3, 'dp|nse_cm|3045', new Array(30).fill(1))))
    expect(kinds(hear(data(2, lite(3, [1]), update(3, [1]))))).toEqual(['malformed', 'reply'])
    expect(kinds(hear(data(3, lite(99, [1]), update(3, [1]))))).toEqual(['malformed'])
  })
})

describe('acknowledgements', () => {
  it('come with every nth data frame, with its number', () => {
    const hear = connected({ interval: 3 })
    const frames = Array.from({ length: 7 }, (_, at) => data(100 + at, update(1, [])))
    expect(replies(hear(...frames))).toEqual(['0009030101000400000066', '0009030101000400000069'])
  })

  it('are sent for frames that cannot be read to their end, too', () => {
    const hear = connected({ interval: 1 })
    expect(kinds(hear(data(5, Buffer.of(1, 2, 3, 4))))).toEqual(['malformed', 'reply'])
  })

  it.each([{}, { interval: 0 }])('are none where the server wants none, and its frames have no number: %o', options => {
    const hear = connected(options)
    const signals = hear(data(undefined, snapshot(7, TOPIC, SBIN)), data(undefined, update(7, [107000])))
    expect(kinds(signals)).toEqual(['part', 'part'])
  })

  it('are counted anew on each connection', () => {
    const decode = createDecoder()
    decode(welcome({ interval: 2 }), NOW)
    decode(data(1), NOW)
    decode(welcome({ interval: 2 }), NOW)
    expect(replies(decode(data(2), NOW))).toEqual([])
  })
})

describe('a frame that is not what it should be', () => {
  const whole = data(
    2,
    snapshot(7, TOPIC, SBIN),
    update(7, [107000, 5]),
    snapshot(8, 'if|nse_cm|Nifty 50', [2618810, 2621605, 1727428424, 1, 2, 3]),
    lite(7, [107005]),
    snapshot(9, 'dp|nse_cm|3045', new Array(30).fill(5)),
  )

  it('says so wherever it is cut, and keeps what stands before', () => {
    for (let length = 0; length < whole.length; length++) {
      const signals = connected({ interval: 0, configuration: {} })(Buffer.from(whole.subarray(0, length)))
      expect(signals.at(-1)?.kind, `after ${length} bytes`).toBe('malformed')
      expect(kinds(signals).slice(0, -1), `after ${length} bytes`).not.toContain('malformed')
    }
    const numbered = (length: number) => connected()(Buffer.from(whole.subarray(0, length)))
    for (let length = 0; length < whole.length; length++) expect(kinds(numbered(length))).toContain('malformed')
    expect(kinds(numbered(whole.length))).toEqual(['part', 'part', 'part', 'part', 'part'])
  })

  it('is told once for an answer that is cut anywhere', () => {
    for (const frame of [welcome({ interval: 2, configuration: { scrip: ['s105'] } }), answer(4, { 1: 'K', 2: 'xy' })])
      for (let length = 0; length < frame.length; length++)
        expect(kinds(createDecoder()(frame.subarray(0, length), NOW))).toEqual(['malformed'])
  })

  it('stops at an item of a kind nobody knows', () => {
    const signals = connected()(data(1, snapshot(7, TOPIC, SBIN), Buffer.from('Z1234567'), update(7, [1])))
    expect(kinds(signals)).toEqual(['part', 'malformed'])
  })

  it('with bytes behind its items is no reason for distrust', () => {
    expect(kinds(connected()(Buffer.concat([data(1, update(7, [])), Buffer.of(1)])))).toEqual(['ignored', 'ignored'])
  })

  it('gives only numbers that can be, whatever was changed in it', () => {
    const sane = ({ part }: Part) =>
      Object.entries(part as TickPart).every(([name, value]) =>
        name === 'mode' || name === 'buy' || name === 'sell'
          ? true
          : value === null || (typeof value === 'number' && Number.isFinite(value)),
      )
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), (changes, length) => {
        const frame = Buffer.from(whole.subarray(0, length))
        for (const { at, byte } of changes) if (at < length) frame[at] = byte
        for (const one of parts(connected()(whole, frame))) expect(one).toSatisfy(sane)
      }),
      { numRuns: 3000, seed: 5 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const frame = Buffer.concat([whole.subarray(0, 3), bytes])
        for (const one of parts(connected()(whole, frame))) expect(one).toSatisfy(sane)
      }),
      { numRuns: 3000, seed: 5 },
    )
  })
})

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
