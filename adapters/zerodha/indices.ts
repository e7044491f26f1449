/** Kite's names of indices that OpenAlgo clients know by another. What is not here only loses spaces and hyphens. */
const NSE: Readonly<Record<string, string>> = {
  'NIFTY 50': 'NIFTY',
  'NIFTY BANK': 'BANKNIFTY',
  'NIFTY FIN SERVICE': 'FINNIFTY',
  'NIFTY NEXT 50': 'NIFTYNXT50',
  'NIFTY MID SELECT': 'MIDCPNIFTY',
}

const BSE: Readonly<Record<string, string>> = {
  SNSX50: 'SENSEX50',
  SNXT50: 'BSESENSEXNEXT50',
  MID150: 'BSE150MIDCAPINDEX',
  LMI250: 'BSE250LARGEMIDCAPINDEX',
  MSL400: 'BSE400MIDSMALLCAPINDEX',
  AUTO: 'BSEAUTO',
  CPSE: 'BSECPSE',
  ENERGY: 'BSEENERGY',
  METAL: 'BSEMETAL',
  POWER: 'BSEPOWER',
  REALTY: 'BSEREALTY',
  TECK: 'BSETECK',
  MIDCAP: 'BSEMIDCAP',
  'BSE IT': 'BSEINFORMATIONTECHNOLOGY',
  'BSE CG': 'BSECAPITALGOODS',
  'BSE CD': 'BSECONSUMERDURABLES',
  'BSE HC': 'BSEHEALTHCARE',
  BSEFMC: 'BSEFASTMOVINGCONSUMERGOODS',
  CARBON: 'BSECARBONEX',
  DOL30: 'BSEDOLLEX30',
  DOL100: 'BSEDOLLEX100',
  DOL200: 'BSEDOLLEX200',
  FINSER: 'BSEFINANCIALSERVICES',
  GREENX: 'BSEGREENEX',
  INFRA: 'BSEINDIAINFRASTRUCTUREINDEX',
  INDSTR: 'BSEINDUSTRIALS',
  LRGCAP: 'BSELARGECAP',
  MIDSEL: 'BSEMIDCAPSELECTINDEX',
  OILGAS: 'BSEOIL&GAS',
  SMLCAP: 'BSESMALLCAP',
  SMLSEL: 'BSESMALLCAPSELECTINDEX',
  SMEIPO: 'BSESMEIPO',
  TELCOM: 'BSETELECOM',
}

const tables: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['NSE_INDEX', new Map(Object.entries(NSE))],
  ['BSE_INDEX', new Map(Object.entries(BSE))],
])

/**
 * OpenAlgo's own table is closed and older than Kite's list, so that some sixty indices keep their spaces there. Here
 * every name loses spaces and hyphens, as those of its table do: one rule, and symbols that need no escape.
 */
export const indexSymbol = (exchange: string, name: string): string =>
  tables.get(exchange)?.get(name) ?? name.replace(/[\s-]+/g, '')
