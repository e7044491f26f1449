/**
 * What the simulated exchange lists, as tables: symbol, name, previous close in rupees, and what the head of each table
 * says. Prices, lots and steps look like 2025; nothing depends on their being right.
 */

/** Shares of NSE, the liquid ones first. */
export const SHARES: readonly (readonly [symbol: string, name: string, close: number])[] = [
  ['RELIANCE', 'Reliance Industries', 1482.3],
  ['HDFCBANK', 'HDFC Bank', 986.45],
  ['ICICIBANK', 'ICICI Bank', 1391.6],
  ['TCS', 'Tata Consultancy Services', 3071.2],
  ['INFY', 'Infosys', 1541.8],
  ['SBIN', 'State Bank of India', 842.15],
  ['BHARTIARTL', 'Bharti Airtel', 1934.5],
  ['ITC', 'ITC', 406.35],
  ['LT', 'Larsen & Toubro', 3602.4],
  ['AXISBANK', 'Axis Bank', 1128.9],
  ['KOTAKBANK', 'Kotak Mahindra Bank', 2046.7],
  ['M&M', 'Mahindra & Mahindra', 3398.6],
  ['BAJAJ-AUTO', 'Bajaj Auto', 8841],
  ['HINDUNILVR', 'Hindustan Unilever', 2514.3],
  ['BAJFINANCE', 'Bajaj Finance', 1002.7],
  ['BAJAJFINSV', 'Bajaj Finserv', 2037.1],
  ['MARUTI', 'Maruti Suzuki', 15_634],
  ['SUNPHARMA', 'Sun Pharmaceutical', 1652.8],
  ['NTPC', 'NTPC', 338.75],
  ['POWERGRID', 'Power Grid', 287.6],
  ['ONGC', 'Oil & Natural Gas', 246.83],
  ['COALINDIA', 'Coal India', 389.1],
  ['TATASTEEL', 'Tata Steel', 172.46],
  ['JSWSTEEL', 'JSW Steel', 1164.2],
  ['HINDALCO', 'Hindalco', 774.85],
  ['TITAN', 'Titan', 3488.9],
  ['ASIANPAINT', 'Asian Paints', 2461.5],
  ['ULTRACEMCO', 'UltraTech Cement', 12_187],
  ['GRASIM', 'Grasim', 2803.4],
  ['NESTLEIND', 'Nestle India', 1188.2],
  ['WIPRO', 'Wipro', 246.17],
  ['HCLTECH', 'HCL Technologies', 1467.3],
  ['TECHM', 'Tech Mahindra', 1446.5],
  ['ADANIENT', 'Adani Enterprises', 2531.7],
  ['ADANIPORTS', 'Adani Ports', 1417.9],
  ['CIPLA', 'Cipla', 1552.4],
  ['DRREDDY', 'Dr Reddys Laboratories', 1251.8],
  ['APOLLOHOSP', 'Apollo Hospitals', 7716.5],
  ['EICHERMOT', 'Eicher Motors', 6868],
  ['HEROMOTOCO', 'Hero MotoCorp', 5446.5],
  ['TATACONSUM', 'Tata Consumer', 1121.9],
  ['BEL', 'Bharat Electronics', 402.65],
  ['TRENT', 'Trent', 4684.3],
  ['INDUSINDBK', 'IndusInd Bank', 739.2],
  ['SHRIRAMFIN', 'Shriram Finance', 622.45],
  ['SBILIFE', 'SBI Life', 1797.6],
  ['HDFCLIFE', 'HDFC Life', 758.3],
  ['VEDL', 'Vedanta', 463.9],
  ['IDEA', 'Vodafone Idea', 8.67],
  ['YESBANK', 'Yes Bank', 21.24],
]

/** Shares that BSE lists as well. */
export const SECOND_LISTINGS: readonly string[] = [
  'RELIANCE',
  'HDFCBANK',
  'TCS',
  'INFY',
  'SBIN',
  'ITC',
  'TATASTEEL',
  'IDEA',
]

/** `beta`: parts of the market's move it makes. `weight`: ticks of one round. */
export const INDICES: readonly (readonly [
  exchange: 'NSE_INDEX' | 'BSE_INDEX',
  symbol: string,
  name: string,
  close: number,
  tickSize: number,
  beta: number,
  weight: number,
])[] = [
  ['NSE_INDEX', 'NIFTY', 'Nifty 50', 24_812.35, 0.05, 1, 12],
  ['NSE_INDEX', 'BANKNIFTY', 'Nifty Bank', 55_187.6, 0.05, 1.2, 12],
  ['NSE_INDEX', 'FINNIFTY', 'Nifty Fin Service', 26_341.9, 0.05, 1.1, 6],
  ['NSE_INDEX', 'MIDCPNIFTY', 'Nifty Mid Select', 12_874.15, 0.05, 1.3, 6],
  ['NSE_INDEX', 'NIFTYNXT50', 'Nifty Next 50', 68_204.7, 0.05, 1.1, 4],
  ['NSE_INDEX', 'NIFTYIT', 'Nifty IT', 35_126.45, 0.05, 0.9, 4],
  ['NSE_INDEX', 'INDIAVIX', 'India VIX', 11.85, 0.01, -8, 4],
  ['BSE_INDEX', 'SENSEX', 'S&P BSE Sensex', 81_159.7, 0.05, 1, 12],
  ['BSE_INDEX', 'BANKEX', 'S&P BSE Bankex', 62_018.25, 0.05, 1.2, 4],
]

/** Monthly futures on an index. */
export const INDEX_FUTURES: readonly (readonly [
  exchange: 'NFO' | 'BFO',
  base: string,
  tickSize: number,
  lot: number,
])[] = [
  ['NFO', 'NIFTY', 0.1, 75],
  ['NFO', 'BANKNIFTY', 0.2, 35],
  ['NFO', 'FINNIFTY', 0.1, 65],
  ['NFO', 'MIDCPNIFTY', 0.05, 140],
  ['BFO', 'SENSEX', 0.05, 20],
]

/** Monthly futures on a share; the step is the share's. */
export const SHARE_FUTURES: readonly (readonly [base: string, lot: number])[] = [
  ['RELIANCE', 500],
  ['HDFCBANK', 550],
  ['ICICIBANK', 700],
  ['TCS', 175],
  ['INFY', 400],
  ['SBIN', 750],
  ['BHARTIARTL', 475],
  ['ITC', 1600],
  ['AXISBANK', 625],
  ['M&M', 200],
  ['BAJAJ-AUTO', 75],
  ['TATASTEEL', 5500],
]

/** Option chains: `each` strikes on either side of the money, `apart` rupees from one another. */
export const CHAINS: readonly {
  readonly base: string
  readonly expiry: 'near' | 'next'
  readonly apart: number
  readonly each: number
  readonly lot: number
  /** Yearly volatility the market is taken to expect. */
  readonly volatility: number
}[] = [
  { base: 'NIFTY', expiry: 'near', apart: 50, each: 10, lot: 75, volatility: 0.12 },
  { base: 'NIFTY', expiry: 'next', apart: 100, each: 4, lot: 75, volatility: 0.13 },
  { base: 'BANKNIFTY', expiry: 'near', apart: 100, each: 10, lot: 35, volatility: 0.14 },
  { base: 'ITC', expiry: 'near', apart: 2.5, each: 3, lot: 1600, volatility: 0.2 },
]

/**
 * Futures whose underlying is not listed here; `reach` is the largest step of one tick, as a part of the price. Each
 * expires on the day its exchange has for it.
 */
export const CONTRACTS: readonly (readonly [
  exchange: 'CDS' | 'MCX',
  base: string,
  name: string,
  close: number,
  tickSize: number,
  lot: number,
  expiry: string,
  reach: number,
])[] = [
  ['CDS', 'USDINR', 'US dollar', 88.1725, 0.0025, 1000, '2049-11-26', 0.00006],
  ['CDS', 'USDINR', 'US dollar', 88.3525, 0.0025, 1000, '2049-12-29', 0.00006],
  ['CDS', 'EURINR', 'Euro', 103.0225, 0.0025, 1000, '2049-11-26', 0.00006],
  ['CDS', 'GBPINR', 'Pound sterling', 118.4375, 0.0025, 1000, '2049-11-26', 0.00006],
  ['CDS', 'JPYINR', 'Japanese yen', 59.295, 0.0025, 1000, '2049-11-26', 0.00006],
  ['MCX', 'CRUDEOIL', 'Crude oil', 5582, 1, 100, '2049-11-19', 0.0004],
  ['MCX', 'CRUDEOIL', 'Crude oil', 5561, 1, 100, '2049-12-17', 0.0004],
  ['MCX', 'NATURALGAS', 'Natural gas', 301.7, 0.1, 1250, '2049-11-24', 0.0006],
  ['MCX', 'GOLD', 'Gold', 118_436, 1, 100, '2049-12-03', 0.0001],
  ['MCX', 'SILVER', 'Silver', 147_823, 1, 30, '2049-12-03', 0.0002],
  ['MCX', 'COPPER', 'Copper', 962.85, 0.05, 2500, '2049-11-30', 0.0002],
]
