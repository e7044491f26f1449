import { describe, expect, it } from 'vitest'
import { master } from '../../../adapters/zerodha/instruments.ts'

const HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange\n'

/** What a list of one row gives. */
const listed = (row: string) => [...master.parse([Buffer.from(`${HEAD}${row}\n`)], () => {})][0]

describe('traps of the instrument list', () => {
  it('indices say EQ like shares: only the segment tells them', () => {
    const one = listed('256265,1001,NIFTY 50,NIFTY 50,0,,0,0,0,EQ,INDICES,NSE')
    expect(one).toMatchObject({ kind: 'INDEX', exchange: 'NSE_INDEX', symbol: 'NIFTY' })
    expect(one).not.toHaveProperty('tickSize')
    expect(one).not.toHaveProperty('lotSize')
    expect(listed('265,1,SENSEX,SENSEX,0,,0,0,0,EQ,INDICES,BSE')).toMatchObject({
      kind: 'INDEX',
      exchange: 'BSE_INDEX',
    })
    expect(listed('291849,1140,GIFT NIFTY,,0,,0,0,0,EQ,INDICES,NSEIX')).toMatchObject({
      kind: 'INDEX',
      exchange: 'GLOBAL_INDEX',
      symbol: 'GIFTNIFTY',
    })
  })

  it('the exchange token is not unique: INFY and an index are both 1594', () => {
    expect(listed('408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE')).toMatchObject({ token: '408065', kind: 'EQ' })
    expect(listed('408073,1594,NIFTY TOP 20 EW,,0,,0,0,0,EQ,INDICES,NSE')).toMatchObject({ token: '408073' })
  })

  it('an empty name of a contract is read from its symbol, and one of a bond stays empty', () => {
    const option = '13693186,53489,ADANIPORTS17DEC490PE,,80.65,2017-12-28,490.0,0.05,2500,PE,NFO-OPT,NFO'
    expect(listed(option)).toMatchObject({ symbol: 'ADANIPORTS28DEC17490PE', underlying: 'ADANIPORTS' })
    expect(listed('194572545,760049,115VCCL28-N0,,0,,0,0.01,1,EQ,NSE,NSE')).toMatchObject({
      symbol: '115VCCL28-N0',
      name: '',
    })
  })

  it.each(['COX & KINGS', 'A/B 50% (I)', 'BOB - DEPO', '7.64% TAX FREE', 'ONE, TWO AND "THREE"'])(
    'a name may hold more than letters, and a comma behind quotes: %s',
    name => {
      expect(listed(`1,1,X,"${name.replaceAll('"', '""')}",0,,0,0.05,1,EQ,NSE,NSE`)?.name).toBe(name)
    },
  )

  it.each(['M&M', 'BAJAJ-AUTO', '3IINFOLTD', 'VINEET-RE-BE', '115VCCL28-N0', 'SUBAHOTELS-SM'])(
    'a share keeps its symbol, suffixes included: %s',
    symbol => {
      expect(listed(`1,1,${symbol},X,0,,0,0.05,1,EQ,NSE,NSE`)).toMatchObject({ symbol, brokerSymbol: symbol })
    },
  )

  it('a future takes its name from the column, not from its symbol', () => {
    expect(listed('1,1,SENSEX26JANFUT,"SENSEX50",0,2026-01-29,0,0.05,20,FUT,BFO-FUT,BFO')?.symbol).toBe(
      'SENSEX5029JAN26FUT',
    )
  })

  it('a strike is written without decimals if it is whole, else as short as it goes', () => {
    const strike = (text: string) =>
      listed(`1,1,X26FEBCE,EURINR,0,2026-02-25,${text},0.0025,1,CE,CDS-OPT,CDS`)?.symbol.slice('EURINR25FEB26'.length)
    expect(['105.0', '105', '105.50', '102.25'].map(strike)).toEqual(['105CE', '105CE', '105.5CE', '102.25CE'])
  })

  it('an index that no table names loses spaces and hyphens, where OpenAlgo keeps them: decided on purpose', () => {
    const index = (name: string) => listed(`1,1,${name},,0,,0,0,0,EQ,INDICES,NSE`)?.symbol
    expect(['NIFTY TOTAL MKT', 'NIFTY TOP 20 EW', 'HANGSENG BEES-NAV'].map(index)).toEqual([
      'NIFTYTOTALMKT',
      'NIFTYTOP20EW',
      'HANGSENGBEESNAV',
    ])
  })

  it('the prices of the list are no prices, and a lot of 1 is a contract', () => {
    const gold = listed('119445255,466583,GOLD26AUGFUT,GOLD,98765.4,2026-08-05,0,1,1,FUT,MCX-FUT,MCX')
    expect(gold).toMatchObject({ lotSize: 1, symbol: 'GOLD05AUG26FUT' })
    expect(Object.values(gold ?? {})).not.toContain(98_765.4)
  })

  it('a list with a cut last line never takes the place of a whole one', () => {
    const cut = `${HEAD}738561,2885,RELIANCE,X,0,,0,0.05,1,EQ,NSE,NSE\n738562,2886,REL`
    expect(() => [...master.parse([Buffer.from(cut)], () => {})]).toThrow(/the download was cut/)
  })
})
