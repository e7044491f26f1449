import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { keyOf as contractKey } from '../kit/contract.ts'
import { Market } from '../kit/market.ts'
import { changed, universe } from '../kit/universe.ts'
import { csvOf, type KiteRow, rowOf } from './list.ts'
import { KiteMarket } from './market.ts'
import type { KiteMode } from './mode.ts'
import { ltpPacket, packetsOf, quotePacket, segmentOf } from './packet.ts'
import { type Recorded, recordedPackets } from './recorded.ts'

const TODAY = '2026-11-21'
const contracts = universe(TODAY)
const rows = contracts.map(rowOf)
const keyOf = (row: KiteRow) => `${row.exchange}:${row.symbol}`
const neutral = ({ seed = 1, clock = new ManualClock() }: { seed?: number; clock?: ManualClock } = {}) =>
  new Market({ contracts, seed, clock })
const market = (options: { seed?: number; recorded?: Recorded; clock?: ManualClock } = {}) =>
  new KiteMarket({ market: neutral(options), recorded: options.recorded ?? new Map() })
const tokens = rows.map(row => row.token)
const u32 = (bytes: Buffer | undefined, at: number) => bytes?.readUInt32BE(at) ?? 0

describe('the list', () => {
  it('has every segment, each token once, and each instrument once', () => {
    expect(new Set(tokens).size).toBe(rows.length)
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length)
    expect([...new Set(tokens.map(segmentOf))].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 12])
    expect([...new Set(rows.map(row => row.segment))].sort()).toEqual([
      'BCD-FUT',
      'BFO-FUT',
      'BFO-OPT',
      'BSE',
      'CDS-FUT',
      'CDS-OPT',
      'INDICES',
      'MCX-FUT',
      'MCX-OPT',
      'NCO-FUT',
      'NFO-FUT',
      'NFO-OPT',
      'NSE',
    ])
  })

  it('has the tokens whose packets were recorded', () => {
    const names = new Map(rows.map(row => [row.token, row.symbol]))
    expect([884737, 408065, 256265, 31132428].map(token => names.get(token))).toEqual([
      'TATAMOTORS',
      'INFY',
      'NIFTY 50',
      'ALUMINI26NOVFUT',
    ])
  })

  it('has the traps: an index with the number of a share, an empty name, a quarter strike, signs in symbols', () => {
    expect(rows.filter(row => row.exchangeToken === 1594).map(row => row.symbol)).toEqual([
      'INFY',
      'NIFTY TOP 20 EW',
      'USDINR26NOVFUT',
    ])
    const csv = csvOf(rows)
    expect(csv).toContain(',115VCCL28-N0,,0,')
    expect(csv).toContain(',EURINR26NOV102.25CE,EURINR,0,2026-11-24,102.25,0.0025,1,CE,CDS-OPT,CDS')
    expect(csv).toContain(',M&M,"MAHINDRA & MAHINDRA",')
    expect(csv).toContain(',NIFTY26D0126050CE,NIFTY,0,2026-12-01,26050,')
  })

  it('can have 150,000 rows, each of them once', () => {
    const many = universe(TODAY, 150_000).map(rowOf)
    expect(many.length).toBe(150_000)
    expect(new Set(many.map(row => row.token)).size).toBe(150_000)
    expect(new Set(many.map(keyOf)).size).toBe(150_000)
    expect(many.every(row => row.token < 2 ** 32)).toBe(true)
  })
})

describe('the market', () => {
  it('gives packets of the length of their mode, indices their own', () => {
    const one = market()
    const lengths = (token: number) =>
      (['ltp', 'quote', 'full'] as const).map((mode: KiteMode) => one.packet(token, mode)?.length)
    expect(lengths(408065)).toEqual([8, 44, 184])
    expect(lengths(256265)).toEqual([8, 28, 32])
    expect(lengths(999_999_937)).toEqual([undefined, undefined, undefined])
  })

  it('walks the same way from the same seed, and another from another', () => {
    const walked = (seed: number) => {
      const one = market({ seed })
      return Array.from({ length: 50 }, () => {
        one.step(tokens)
        return tokens.map(token => one.packet(token, 'full')?.toString('hex')).join()
      })
    }
    const first = walked(1)
    expect(walked(1)).toEqual(first)
    expect(walked(2)).not.toEqual(first)
    expect(new Set(first).size).toBe(50)
  })

  it('is plausible: books of five levels that never cross, prices between low and high, five days a day', () => {
    const clock = new ManualClock()
    const one = market({ clock })
    for (let turn = 0; turn < 300; turn++) {
      clock.advance(1000)
      one.step(tokens)
      for (const row of turn % 50 === 0 ? rows : []) {
        const packet = one.packet(row.token, 'full')
        const last = u32(packet, 4)
        expect(last, row.symbol).toBeGreaterThan(0)
        if (packet?.length === 32) {
          expect([u32(packet, 8) >= last, u32(packet, 12) <= last]).toEqual([true, true])
          continue
        }
        expect([u32(packet, 32) >= last, u32(packet, 36) <= last], row.symbol).toEqual([true, true])
        expect(u32(packet, 60)).toBe(clock.now() / 1000)
        expect(u32(packet, 44)).toBeLessThanOrEqual(clock.now() / 1000)
        const prices = Array.from({ length: 10 }, (_, level) => u32(packet, 64 + 12 * level + 4))
        const ladder = [...prices.slice(0, 5).reverse(), ...prices.slice(5)]
        expect(ladder, row.symbol).toEqual([...new Set(ladder)].sort((a, b) => a - b))
        expect(prices[0]).toBeLessThan(prices[5] ?? 0)
        expect(u32(packet, 48) > 0, row.symbol).toBe(row.type !== 'EQ')
      }
    }
  })

  it('a price stays with its instrument when the list moves it to another token', () => {
    const list = neutral()
    const one = new KiteMarket({ market: list, recorded: new Map() })
    one.step(tokens)
    const { contracts: next, moved } = changed(contracts)
    const tokenOf = (key: string) => one.rows.find(({ contract }) => contractKey(contract) === key)?.token ?? 0
    const before = moved.map(key => [tokenOf(key), u32(one.packet(tokenOf(key), 'ltp'), 4)])
    list.list(next)
    expect(moved.length).toBe(6)
    const after = moved.map(key => [tokenOf(key), u32(one.packet(tokenOf(key), 'ltp'), 4)])
    expect(after.map(([, price]) => price)).toEqual(before.map(([, price]) => price))
    expect(after.every(([token], n) => token !== before[n]?.[0])).toBe(true)
  })

  it('plays recorded packets unchanged, and begins the others of their token with what was recorded', () => {
    const quote = quotePacket({
      token: 884737,
      lastPrice: 392.95,
      lastQuantity: 2,
      averagePrice: 403.07,
      volume: 22_261_032,
      buyQuantity: 5617,
      sellQuantity: 0,
      open: 420,
      high: 420.9,
      low: 390.1,
      close: 414.1,
    })
    const ltp = ltpPacket({ token: 408065, lastPrice: 1573.15 })
    const one = market({
      recorded: new Map([
        [884737, new Map<KiteMode, Buffer>([['quote', quote]])],
        [408065, new Map<KiteMode, Buffer>([['ltp', ltp]])],
      ]),
    })
    const whole = one.packet(884737, 'full')
    for (let turn = 0; turn < 5; turn++) {
      one.step(tokens)
      expect(one.packet(884737, 'full')).toEqual(whole)
      expect(one.packet(884737, 'quote')).toEqual(quote)
      expect(one.packet(884737, 'full')?.subarray(0, 44)).toEqual(quote)
      expect(one.packet(884737, 'ltp')).toEqual(quote.subarray(0, 8))
      expect(one.packet(408065, 'full')?.subarray(0, 8)).toEqual(ltp)
    }
  })

  it('finds no recordings where there is no folder, else whole packets of listed tokens', () => {
    expect(recordedPackets('/nowhere').size).toBe(0)
    for (const [token, modes] of recordedPackets()) {
      expect(tokens).toContain(token)
      for (const packet of modes.values()) expect(packet.readUInt32BE(0)).toBe(token)
    }
  })
})

it('what a message holds can be taken apart', () => {
  expect(packetsOf(Buffer.from('0001000800063a0100026683', 'hex')).map(one => u32(one, 0))).toEqual([408065])
})
