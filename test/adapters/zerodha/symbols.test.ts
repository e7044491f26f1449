import { describe, expect, it } from 'vitest'
import { indexSymbol } from '../../../adapters/zerodha/indices.ts'
import { exchangeOf, underlyingOf } from '../../../adapters/zerodha/symbols.ts'
import { EXCHANGES } from '../../../shared/market/exchange.ts'

describe('the common symbol', () => {
  it.each([
    ['NSE_INDEX', 'NIFTY 50', 'NIFTY'],
    ['NSE_INDEX', 'NIFTY BANK', 'BANKNIFTY'],
    ['NSE_INDEX', 'NIFTY FIN SERVICE', 'FINNIFTY'],
    ['NSE_INDEX', 'NIFTY NEXT 50', 'NIFTYNXT50'],
    ['NSE_INDEX', 'NIFTY MID SELECT', 'MIDCPNIFTY'],
    ['NSE_INDEX', 'INDIA VIX', 'INDIAVIX'],
    ['NSE_INDEX', 'NIFTY MIDCAP 100', 'NIFTYMIDCAP100'],
    ['BSE_INDEX', 'SENSEX', 'SENSEX'],
    ['BSE_INDEX', 'BANKEX', 'BANKEX'],
    ['BSE_INDEX', 'SNSX50', 'SENSEX50'],
    ['BSE_INDEX', 'AUTO', 'BSEAUTO'],
    ['BSE_INDEX', 'BSE IT', 'BSEINFORMATIONTECHNOLOGY'],
    ['BSE_INDEX', 'BSEFMC', 'BSEFASTMOVINGCONSUMERGOODS'],
    ['BSE_INDEX', 'DOL100', 'BSEDOLLEX100'],
    ['BSE_INDEX', 'OILGAS', 'BSEOIL&GAS'],
    ['BSE_INDEX', 'TELCOM', 'BSETELECOM'],
    ['NSE_INDEX', 'AUTO', 'AUTO'],
    ['BSE_INDEX', 'NIFTY 50', 'NIFTY50'],
    ['GLOBAL_INDEX', 'GIFT NIFTY', 'GIFTNIFTY'],
    ['MCX_INDEX', 'MCXBULLDEX', 'MCXBULLDEX'],
    ['NSE_INDEX', 'constructor', 'constructor'],
  ])('of the index %s:%s is %s', (exchange, name, symbol) => {
    expect(indexSymbol(exchange, name)).toBe(symbol)
  })

  it.each([
    ['NSE', 'NSE', 'NSE'],
    ['BSE', 'BSE', 'BSE'],
    ['NFO', 'NFO-OPT', 'NFO'],
    ['BFO', 'BFO-FUT', 'BFO'],
    ['CDS', 'CDS-OPT', 'CDS'],
    ['BCD', 'BCD-FUT', 'BCD'],
    ['MCX', 'MCX-FUT', 'MCX'],
    ['NCO', 'NCO-FUT', 'NCO'],
    ['NSE', 'INDICES', 'NSE_INDEX'],
    ['BSE', 'INDICES', 'BSE_INDEX'],
    ['MCX', 'INDICES', 'MCX_INDEX'],
    ['NSEIX', 'INDICES', 'GLOBAL_INDEX'],
    ['GLOBAL', 'INDICES', 'GLOBAL_INDEX'],
    ['GLOBAL', 'GLOBAL', 'GLOBAL_INDEX'],
    // Clients have no code for these.
    ['CDS', 'INDICES', undefined],
    ['MF', 'MF', undefined],
    ['constructor', '', undefined],
  ])('of exchange %s and segment %s is on %s', (exchange, segment, expected) => {
    expect(exchangeOf(exchange, segment)).toBe(expected)
    if (expected !== undefined) expect(EXCHANGES).toContain(expected)
  })
})

describe('the name of a contract without one', () => {
  it.each([
    ['ADANIPORTS17DEC490PE', 490, 'PE', 'ADANIPORTS'],
    ['BANKNIFTY18JAN23500CE', 23_500, 'CE', 'BANKNIFTY'],
    ['NIFTYNXT5026SEPFUT', undefined, 'FUT', 'NIFTYNXT50'],
    ['NIFTY2692223350CE', 23_350, 'CE', 'NIFTY'],
    ['NIFTY26O2223350CE', 23_350, 'CE', 'NIFTY'],
    ['EURINR26227102.25CE', 102.25, 'CE', 'EURINR'],
    ['M&M26SEPFUT', undefined, 'FUT', 'M&M'],
    ['BAJAJ-AUTO26SEP9000PE', 9000, 'PE', 'BAJAJ-AUTO'],
    // The end is not the strike and the type, there is no date, or nothing before it.
    ['NIFTY26SEP23350CE', 23_400, 'CE', undefined],
    ['NIFTY26SEP23350CE', 23_350, 'PE', undefined],
    ['NIFTYFUT', undefined, 'FUT', undefined],
    ['NIFTY26XYZFUT', undefined, 'FUT', undefined],
    ['26SEPFUT', undefined, 'FUT', undefined],
    ['', undefined, 'FUT', undefined],
  ])('%s with strike %s and type %s is %s', (symbol, strike, kind, name) => {
    expect(underlyingOf(symbol, strike, kind)).toBe(name)
  })
})
