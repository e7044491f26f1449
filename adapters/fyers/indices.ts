/** Names of the list that clients know by another. Of NSE the rest only loses spaces and hyphens. */
const NSE: Readonly<Record<string, string>> = {
  NIFTYMID50: 'NIFTYMIDCAP50',
}

/** Of BSE the rest gets `BSE` before it. */
const BSE: Readonly<Record<string, string>> = {
  SENSEX: 'SENSEX',
  SENSEX50: 'SENSEX50',
  SNSX50: 'SENSEX50',
  BANKEX: 'BANKEX',
  SNXT50: 'BSESENSEXNEXT50',
  '150MIDCAP': 'BSE150MIDCAPINDEX',
  '250LARGEMIDCAP': 'BSE250LARGEMIDCAPINDEX',
  '400MIDSMALLCAP': 'BSE400MIDSMALLCAPINDEX',
  CD: 'BSECONSUMERDURABLES',
  CG: 'BSECAPITALGOODS',
  FIN: 'BSEFINANCIALSERVICES',
  FMC: 'BSEFASTMOVINGCONSUMERGOODS',
  HC: 'BSEHEALTHCARE',
  INDSTR: 'BSEINDUSTRIALS',
  INFRA: 'BSEINDIAINFRASTRUCTUREINDEX',
  IT: 'BSEINFORMATIONTECHNOLOGY',
  LRGCAP: 'BSELARGECAP',
  MIDSEL: 'BSEMIDCAPSELECTINDEX',
  OILGAS: 'BSEOIL&GAS',
  SMLCAP: 'BSESMALLCAP',
  SMLSEL: 'BSESMALLCAPSELECTINDEX',
  TELCOM: 'BSETELECOM',
}

const nse = new Map(Object.entries(NSE))
const bse = new Map(Object.entries(BSE))

/** The common symbol of an index by the name that the list has for it. */
export function indexSymbol(exchange: string, listed: string): string {
  const name = listed.replace(/[\s-]+/g, '')
  if (exchange !== 'BSE_INDEX') return nse.get(name) ?? name
  return bse.get(name) ?? (name.startsWith('BSE') ? name : `BSE${name}`)
}
