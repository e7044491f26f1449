import { z } from 'zod'
import { address } from '../../shared/address.ts'

export const settings = z.strictObject({
  /** Login and instrument list. */
  api_url: address('https').default('https://api.kite.trade'),
  /** Prices. */
  stream_url: address('wss').default('wss://ws.kite.trade'),
  /** Where a person logs in. */
  login_url: address('https').default('https://kite.zerodha.com/connect/login'),
  /** Seconds between two rounds of quotes by request while no socket can be had; 0: none. */
  poll_seconds: z.coerce.number().int().min(0).max(3600).default(30),
  /** Seconds until the broker hears that nobody wants an instrument any more; 0: at once. */
  linger_seconds: z.coerce.number().int().min(0).max(3600).default(10),
  /** Whether silence is a fault: while the market is open as the calendar knows it, or at any hour. */
  expect_ticks: z.enum(['calendar', 'always']).default('calendar'),
})

export type Settings = z.infer<typeof settings>
