import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/fyers/codec.ts'
import { Merge } from '../../../adapters/runtime/session/merge.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { dataFrame, loginAnswer, type Scale, snapshotItem, updateItem } from '../../emulators/fyers/hsmframe.ts'
import { streamConfiguration } from '../../emulators/fyers/streamconfig.ts'
import { type Run, run } from '../../support/fyersframes.ts'
import { ROOT } from '../../support/source.ts'
import { Oracle, type TheirParse } from './oracle.ts'

const oracle = new Oracle()
afterAll(() => oracle.close())

/** After every time that 32 bits can hold: those of tomorrow are not believed. */
const RECEIVED = 4_300_000_000_123_456
const FIVE = [0, 1, 2, 3, 4]

/** By topic: what is known of it. */
type Known = ReadonlyMap<string, unknown>

interface Ours {
  readonly known: Known
  readonly sent: readonly string[]
  /** By topic: times that it no longer takes for those of its price, as lite items have none. The vendor keeps them. */
  readonly timeless: ReadonlyMap<string, ReadonlySet<string>>
}

const TIMES = ['timestamp', 'lastTradeTime'] as const

/** What the adapter knows after each frame of a connection, through its decoder and the runtime's merging of parts. */
function ours({ login, frames }: Run): Ours[] {
  const decode = createDecoder()
  decode(login, RECEIVED)
  const merge = new Merge({ LTP: ['sf'], DEPTH: ['dp'] })
  const instruments = new Map<string, Instrument>()
  const known = new Map<string, unknown>()
  const timeless = new Map<string, ReadonlySet<string>>()
  return frames.map(frame => {
    const sent: string[] = []
    for (const signal of decode(frame, RECEIVED)) {
      if (signal.kind === 'reply') sent.push(Buffer.from(signal.frame as Uint8Array).toString('hex'))
      if (signal.kind !== 'part') continue
      const isBook = signal.source === 'dp'
      const name = `${signal.source} ${signal.token}`
      const instrument = instruments.get(name) ?? ({ token: signal.token, kind: 'FUT' } as Instrument)
      instruments.set(name, instrument)
      const { part, isWhole } = signal
      const before = isWhole ? undefined : timeless.get(name)
      timeless.set(
        name,
        new Set(TIMES.filter(field => (part[field] === undefined ? before?.has(field) : part[field] === null))),
      )
      const tick = merge.take(instrument, 0, signal, isBook ? 'DEPTH' : 'LTP', RECEIVED)
      if (tick) known.set(name, isBook ? tick.book : withoutMode(tick))
    }
    return { known: new Map(known), sent, timeless: new Map(timeless) }
  })
}

const withoutMode = (tick: Tick) => ({ ...tick, mode: undefined })

/** What the vendor's parser knows after each frame, in our words. */
function theirs(frames: readonly TheirParse[], scales: Run['scales']) {
  const values = new Map<string, Record<string, string>>()
  return frames.map(({ values: told, sent, thrown }, at) => {
    for (const { name, e, tk, ts, ...changed } of told ?? []) {
      const topic = `${name}|${e}|${tk}`
      // It says the symbol once, after a snapshot: what was known before is no more.
      values.set(topic, { ...(ts === undefined ? values.get(topic) : {}), ...changed })
    }
    const known = [...values].map(([topic, content]): [string, unknown] => {
      const [kind, ...token] = topic.split('|')
      const name = `${kind === 'dp' ? 'dp' : 'sf'} ${token.join('|')}`
      return [name, kind === 'dp' ? bookOf(content) : tickOf(content, topic)]
    })
    return { known: new Map(known), sent, thrown, scales: scales[at] }
  })
}

const numberOf = (text: string | undefined): number => (text === undefined ? 0 : Number(text))

const level = (price: string | undefined, quantity: string | undefined, orders?: string) =>
  numberOf(price) === 0 || numberOf(quantity) === 0
    ? []
    : [
        {
          price: Number(price),
          quantity: Number(quantity),
          ...(orders === undefined ? {} : { orders: Number(orders) }),
        },
      ]

/** The first level without a number, the others with theirs; orders with theirs all. */
const bookOf = (content: Record<string, string>) => ({
  buy: FIVE.flatMap(n => level(content[`bp${n || ''}`], content[`bq${n || ''}`], content[`bno${n + 1}`])),
  sell: FIVE.flatMap(n => level(content[`sp${n || ''}`], content[`bs${n || ''}`], content[`sno${n + 1}`])),
})

/** `22/05/2025 12:15:00`, in India. */
function timeOf(text: string | undefined): number | undefined {
  const [, day, month, year, clock] = /^(\d\d)\/(\d\d)\/(\d{4}) (.*)$/.exec(text ?? '') ?? []
  return day === undefined ? undefined : Date.parse(`${year}-${month}-${day}T${clock}+05:30`)
}

const NAMES: Readonly<Record<string, keyof Tick>> = {
  ltp: 'ltp',
  iv: 'ltp',
  op: 'open',
  openingPrice: 'open',
  h: 'high',
  highPrice: 'high',
  lo: 'low',
  lowPrice: 'low',
  c: 'previousClose',
  ic: 'previousClose',
  ap: 'averagePrice',
  ucl: 'upperCircuit',
  lcl: 'lowerCircuit',
}
const AMOUNTS: Readonly<Record<string, keyof Tick>> = {
  v: 'volume',
  ltq: 'lastQuantity',
  tbq: 'totalBuyQuantity',
  tsq: 'totalSellQuantity',
  oi: 'openInterest',
}

/** Prices of 0 are none; so is an open interest of 0 where shares are traded. */
function tickOf(content: Record<string, string>, topic: string) {
  const stamp = timeOf(content.fdtm ?? content.tvalue)
  const traded = timeOf(content.ltt)
  const tick: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(NAMES))
    if (numberOf(content[name]) !== 0) tick[field] = Number(content[name])
  for (const [name, field] of Object.entries(AMOUNTS))
    if (content[name] !== undefined) tick[field] = Number(content[name])
  if (tick.openInterest === 0 && topic.includes('_cm|')) delete tick.openInterest
  const hasBook = ['bp', 'bq', 'sp', 'bs'].some(name => content[name] !== undefined)
  return {
    ...tick,
    ...(traded === undefined ? {} : { lastTradeTime: traded }),
    ...(stamp === undefined ? { timestamp: Math.floor(RECEIVED / 1000), isStampedHere: true } : { timestamp: stamp }),
    ...(hasBook ? { book: { buy: level(content.bp, content.bq), sell: level(content.sp, content.bs) } } : {}),
  }
}

const PRICED: ReadonlySet<string> = new Set(Object.values(NAMES))

/** Ours with no more decimals than theirs: they round to the precision, also where the multiplier adds some. */
function rounded(content: unknown, { precision, multiplier }: Scale): unknown {
  if (multiplier === 1) return content
  const round = (price: number) => Number(price.toFixed(precision))
  const side = (levels: readonly { price: number }[]) =>
    levels.map(one => ({ ...one, price: round(one.price) })).filter(({ price }) => price !== 0)
  const book = (content: Tick['book']) => content && { buy: side(content.buy), sell: side(content.sell) }
  if (typeof content === 'object' && content !== null && 'buy' in content) return book(content as Tick['book'])
  const tick = content as Tick
  const fields = Object.entries(tick).flatMap(([name, value]): [string, unknown][] => {
    if (!PRICED.has(name) || typeof value !== 'number') return [[name, value]]
    return round(value) === 0 ? [] : [[name, round(value)]]
  })
  return { ...Object.fromEntries(fields), ...(tick.book ? { book: book(tick.book) } : {}) }
}

/** What is left of a tick without these times; a time that is not told is that of the receipt. */
function without(content: unknown, times: ReadonlySet<string> = new Set()): unknown {
  if (times.size === 0) return content
  const left = Object.entries(content as object).filter(([name]) => !times.has(name))
  return Object.fromEntries(left.filter(([name]) => name !== 'isStampedHere' || !times.has('timestamp')))
}

/** Compares all that both know after each frame of each connection; gives how many values there were. */
async function compare(runs: readonly Run[]): Promise<number> {
  const parsed = await oracle.parse(runs)
  let compared = 0
  for (const [at, one] of runs.entries()) {
    const after = ours(one)
    for (const [place, their] of theirs(parsed[at]?.frames ?? [], one.scales).entries()) {
      const my = after[place]
      const scaleOf = (name: string) => {
        const [source = '', ...token] = name.split(' ')
        const topics = source === 'dp' ? ['dp'] : ['sf', 'if']
        const scales = topics.flatMap(kind => their.scales?.get(`${kind}|${token.join(' ')}`) ?? [])
        return scales[0] ?? { precision: 2, multiplier: 1 }
      }
      const timed = (known: Known, change: (content: unknown, name: string) => unknown = content => content) =>
        new Map([...known].map(([name, one]) => [name, without(change(one, name), my?.timeless.get(name))]))
      const mine = timed(my?.known ?? new Map(), (content, name) => rounded(content, scaleOf(name)))
      const expected = timed(their.known)
      if (!isDeepStrictEqual(mine, expected)) expect(mine).toEqual(expected)
      expect(my?.sent).toEqual(their.sent)
      expect(their.thrown).toBeUndefined()
      for (const content of their.known.values()) compared += Object.keys(content as object).length
    }
  }
  return compared
}

const folder = join(ROOT, '../shared/fixtures/brokers/fyers')
const fixture = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Golden

interface Golden {
  readonly hex: string
  readonly config_hfid: number
  readonly ack_count: number
  readonly frames: readonly {
    readonly hex: string
    readonly hslib: TheirParse['values']
    readonly acks: readonly number[]
  }[]
}

const usual: readonly ReadonlyMap<string, Scale>[] = []
const login = (interval: number, lite: number) => loginAnswer(interval, JSON.stringify(streamConfiguration(lite)))

describe("the vendor's parser of the price socket and the decoder", () => {
  it.runIf(existsSync(folder)).each(['hsm-sdk-golden-equity-index.json', 'hsm-sdk-golden-lite.json'])(
    'agree on %s, whose published parse is that of today',
    async name => {
      const golden = fixture(name)
      const frames = golden.frames.map(({ hex }) => Buffer.from(hex, 'hex'))
      const run: Run = { login: login(golden.ack_count, golden.config_hfid), frames, scales: usual }
      expect(await compare([run])).toBeGreaterThan(50)
      const [parsed] = await oracle.parse([run])
      expect(parsed?.frames.map(({ values }) => values)).toEqual(golden.frames.map(({ hslib }) => hslib))
    },
  )

  it.runIf(existsSync(folder))('agree on the recorded lite frame, behind a snapshot of its topic', async () => {
    const snapshot = snapshotItem({
      id: 0,
      topic: 'sf|nse_cm|25',
      values: [190_000, 1_000_000, 1_684_218_000],
      scale: { precision: 2, multiplier: 1 },
      names: ['nse_cm', '25', 'ADANIENT-EQ'],
    })
    const frames = [dataFrame(4, [snapshot]), Buffer.from(fixture('hsm-recorded-lite.json').hex, 'hex')]
    const run: Run = { login: login(2, 3), frames, scales: usual }
    await compare([run])
    expect(ours(run).at(-1)?.known.get('sf nse_cm|25')).toMatchObject({ ltp: 1912.75, volume: 1_498_563 })
  })

  it('agree on everything in thousands of frames: snapshots, changes and lite items of every kind of topic', async () => {
    const runs = fc.sample(run, { numRuns: 450, seed: 9 })
    expect(runs.flatMap(({ frames }) => frames).length).toBeGreaterThan(2500)
    expect(await compare(runs)).toBeGreaterThan(30_000)
  })
})

describe('where the vendor is known to be wrong', () => {
  const names = ['nse_cm', '3045', 'SBIN-EQ'] as const
  const item = (scale: Scale, values: readonly number[]) =>
    snapshotItem({ id: 1, topic: 'sf|nse_cm|3045', values, scale, names })
  const cents = { precision: 2, multiplier: 1 }

  it('a change of a topic that nobody was told of takes the frame with it, and the client', async () => {
    const frames = [dataFrame(1, [item(cents, [100])]), dataFrame(2, [updateItem(7, [5]), updateItem(1, [200])])]
    const run: Run = { login: login(2, 1), frames, scales: usual }
    const [parsed] = await oracle.parse([run])
    expect(parsed?.frames[1]?.thrown).toBe('TypeError')
    expect(ours(run)[1]?.known.get('sf nse_cm|3045')).toMatchObject({ ltp: 2 })
  })

  it('prices are rounded to the precision, whatever the multiplier', async () => {
    const frames = [dataFrame(1, [item({ precision: 2, multiplier: 100 }, [965_475])])]
    const run: Run = { login: login(2, 1), frames, scales: usual }
    const [parsed] = await oracle.parse([run])
    expect(parsed?.frames[0]?.values?.[0]?.ltp).toBe('96.55')
    expect(ours(run)[0]?.known.get('sf nse_cm|3045')).toMatchObject({ ltp: 96.5475 })
  })

  it('the length of a trailer is not looked at: what a later version appends is read as the next item', async () => {
    const longer = snapshotItem(
      { id: 1, topic: 'sf|nse_cm|3045', values: [100], scale: cents, names },
      Buffer.from([1, 2, 3]),
    )
    const run: Run = { login: login(2, 1), frames: [dataFrame(1, [longer, updateItem(1, [200])])], scales: usual }
    const [parsed] = await oracle.parse([run])
    expect(parsed?.frames[0]?.values?.map(({ ltp }) => ltp)).toEqual(['1.00'])
    expect(ours(run)[0]?.known.get('sf nse_cm|3045')).toMatchObject({ ltp: 2 })
  })
})
