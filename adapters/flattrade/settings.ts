import { z } from 'zod'
import { address } from '../../shared/address.ts'

/** Where every exchange of the broker is found; cash files hold the indices. */
const MASTER_FILES = [
  'NSE_Equity.csv',
  'BSE_Equity.csv',
  'Nfo_Equity_Derivatives.csv',
  'Nfo_Index_Derivatives.csv',
  'Bfo_Equity_Derivatives.csv',
  'Bfo_Index_Derivatives.csv',
  'Currency_Derivatives.csv',
  'Commodity.csv',
].join(',')

export const settings = z.strictObject({
  /** REST: quotes. */
  api_url: address('https').default('https://piconnect.flattrade.in/PiConnectAPI'),
  /** Prices and order updates. */
  stream_url: address('wss').default('wss://piconnect.flattrade.in/PiConnectWSAPI'),
  /** Where a person logs in. */
  login_url: address('https').default('https://auth.flattrade.in'),
  /** Where the answer of the login is redeemed. */
  redeem_url: address('https').default('https://authapi.flattrade.in/trade/apitoken'),
  /** The folder of the instrument lists. */
  master_url: address('https').default('https://flattrade.s3.ap-south-1.amazonaws.com/scripmaster'),
  /** The files in it, CSV or zips of CSV, with commas between them. */
  master_files: z
    .string()
    .regex(/^\s*[\w.-]+\s*(,\s*[\w.-]+\s*)*$/, 'must be names of files with commas between them')
    .default(MASTER_FILES)
    .transform(text => text.split(',').map(name => name.trim())),
  /** How the socket is logged in to: as Flattrade wants it now, or as older servers of the family do. */
  dialect: z.enum(['flattrade', 'noren-classic']).default('flattrade'),
  /**
   * How many instruments the one connection carries. What the broker allows is published nowhere, and what is beyond it
   * would stay silent: others were seen to ask for 5,000.
   */
  max_instruments: z.coerce.number().int().min(1).max(20_000).default(1000),
  /** Whether silence is a fault: while the market is open as the calendar knows it, or at any hour. */
  expect_ticks: z.enum(['calendar', 'always']).default('calendar'),
  /** Seconds between two rounds of REST quotes while no socket can be had; 0: none. */
  poll_seconds: z.coerce.number().int().min(0).max(3600).default(30),
  /** Seconds until the broker hears that nobody wants an instrument any more; 0: at once. */
  linger_seconds: z.coerce.number().int().min(0).max(3600).default(10),
})

export type Settings = z.infer<typeof settings>
