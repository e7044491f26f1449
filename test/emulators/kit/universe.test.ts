import { describe, expect, it } from 'vitest'
import { EXCHANGES } from '../../../shared/market/exchange.ts'
import { isSymbol } from '../../../shared/market/topic.ts'
import { type Contract, keyOf } from './contract.ts'
import { isMonthly, monthlies, shortDate, TUESDAY, weeklies } from './expiries.ts'
import { changed, universe } from './universe.ts'

const TODAY = '2026-11-21'
const all = universe(TODAY)
const find = (key: string) => all.find(one => keyOf(one) === key)

/** Where an exchange numbers its instruments: indices among the shares. */
const segmentOf = ({ exchange }: Contract) => exchange.replace('_INDEX', '')

describe('the universe', () => {
  it('has every exchange of India that brokers stream, and each contract once', () => {
    const absent = EXCHANGES.filter(exchange => !all.some(one => one.exchange === exchange))
    expect(absent).toEqual(['NCDEX', 'CRYPTO'])
    expect(new Set(all.map(keyOf)).size).toBe(all.length)
    expect(all.filter(one => !isSymbol(one.symbol))).toEqual([])
  })

  it('numbers each segment for itself', () => {
    expect(new Set(all.map(one => `${segmentOf(one)} ${one.token}`)).size).toBe(all.length)
    expect(all.filter(one => one.token === 1594).map(keyOf)).toEqual(['NSE:INFY', 'CDS:USDINR24NOV26FUT'])
  })

  it('spells contracts by their day, and knows what they are on', () => {
    expect(find('NFO:NIFTY01DEC2626050CE')).toMatchObject({
      name: 'NIFTY',
      kind: 'CE',
      expiry: '2026-12-01',
      strike: 26_050,
      tickSize: 0.05,
      lotSize: 65,
    })
    expect(find('CDS:EURINR24NOV26102.25CE')?.strike).toBe(102.25)
    expect(find('NSE_INDEX:NIFTY')).toMatchObject({ name: 'NIFTY 50', token: 26_000, kind: 'INDEX' })
    expect(find('NSE:SUBAHOTELS-SM')?.series).toBe('SM')
    expect(find('NSE:115VCCL28-N0')).toMatchObject({ series: 'N0', name: '' })
    expect(find('NSE:BAJAJ-AUTO')?.series).toBe('EQ')
  })

  it.each(['2026-11-21', '2026-12-31', '2028-02-29'])('of %s holds no expired contract', today => {
    expect(universe(today).filter(({ expiry }) => expiry !== '' && expiry < today)).toEqual([])
  })

  it('can have 150,000 contracts, each of them once', () => {
    const many = universe(TODAY, 150_000)
    expect(many.length).toBe(150_000)
    expect(new Set(many.map(keyOf)).size).toBe(150_000)
    expect(new Set(many.map(one => `${segmentOf(one)} ${one.token}`)).size).toBe(150_000)
  })

  it('changes from day to day: tokens move, options expire', () => {
    const { contracts, moved, gone } = changed(all)
    const token = (list: readonly Contract[], key: string) => list.find(one => keyOf(one) === key)?.token
    expect(moved).toContain('NSE:SBIN')
    expect(moved.filter(key => token(contracts, key) === token(all, key))).toEqual([])
    expect(gone.filter(key => token(contracts, key) !== undefined)).toEqual([])
    expect(gone.length).toBeGreaterThan(10)
    expect(new Set(contracts.map(one => `${segmentOf(one)} ${one.token}`)).size).toBe(contracts.length)
  })
})

describe('expiries', () => {
  it('are the next weeks and the last days of months, none before today', () => {
    expect(weeklies('2026-11-24', TUESDAY, 2)).toEqual(['2026-11-24', '2026-12-01'])
    expect(monthlies('2026-11-25', TUESDAY, 2)).toEqual(['2026-12-29', '2027-01-26'])
  })

  it('of a month are told from those of a week', () => {
    expect(['2026-11-24', '2026-12-01', '2026-12-29'].map(isMonthly)).toEqual([true, false, true])
    expect(shortDate('2026-12-01')).toBe('01DEC26')
  })
})
