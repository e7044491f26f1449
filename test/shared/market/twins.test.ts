import { describe, expect, it } from 'vitest'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { unambiguous } from '../../../shared/market/twins.ts'

const share = (symbol: string, token: string, brokerSymbol = symbol): Instrument => ({
  exchange: 'NSE',
  symbol,
  token,
  brokerSymbol,
  name: symbol,
  kind: 'EQ',
})

const index = (symbol: string, token: string, brokerSymbol: string): Instrument => ({
  ...share(symbol, token, brokerSymbol),
  exchange: 'NSE_INDEX',
  kind: 'INDEX',
})

const isLesser = ({ brokerSymbol }: Instrument): boolean => brokerSymbol.endsWith('-BE')

function read(...list: readonly Instrument[]) {
  const skipped: string[] = []
  const found = [...unambiguous(list, why => void skipped.push(why), isLesser)]
  return { found: found.map(({ symbol, token }) => `${token} ${symbol}`), skipped }
}

describe('of rows of a list', () => {
  it('with one token or one symbol the first is served, and the other is told', () => {
    const { found, skipped } = read(share('A', '1'), share('B', '1'), share('A', '2', 'a'))
    expect(found).toEqual(['1 A'])
    expect(skipped).toEqual([
      `"B" (token 1): its token is another row's already`,
      '"a" (token 2): NSE:A is token 1 already',
    ])
  })

  it('one that steps back gives its symbol to the other, wherever it stands, and keeps the spelling of the broker', () => {
    for (const list of [
      [share('A', '1', 'A-BE'), share('A', '2', 'A-EQ')],
      [share('A', '2', 'A-EQ'), share('A', '1', 'A-BE')],
    ])
      expect(read(...list)).toEqual({ found: ['2 A', '1 A-BE'], skipped: [] })
  })

  it('one that steps back for nobody has its symbol', () => {
    expect(read(share('A', '1', 'A-BE')).found).toEqual(['1 A'])
  })

  it('one that steps back is left out when its own spelling is taken, too, or cannot travel', () => {
    const odd = '\u20b9-BE'
    const { found, skipped } = read(share('A', '1'), share('A-BE', '2'), share('A', '3', 'A-BE'), share('A', '4', odd))
    expect(found).toEqual(['1 A', '2 A-BE'])
    expect(skipped).toEqual([
      '"A-BE" (token 3): NSE:A-BE is token 2 already',
      `"${odd}" (token 4): NSE:A is token 1 already`,
    ])
  })

  it('that are indices of one symbol neither is served', () => {
    const { found, skipped } = read(index('X', '1', 'X 1'), share('X', '3'), index('X', '2', 'X-1'))
    expect(found).toEqual(['3 X'])
    expect(skipped).toEqual([
      '"X 1" (token 1): 2 indices would be NSE_INDEX:X',
      '"X-1" (token 2): 2 indices would be NSE_INDEX:X',
    ])
  })

  it('plain ones are served before the list ends', () => {
    const list = [share('A', '1'), share('B', '2')].values()
    unambiguous(list, () => {}).next()
    expect(list.next().value).toMatchObject({ symbol: 'B' })
  })
})
