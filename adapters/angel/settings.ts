import { z } from 'zod'
import { address } from '../../shared/address.ts'

const MASTER = 'https://margincalculator.angelbroking.com/OpenAPI_File/files/OpenAPIScripMaster.json'

export const settings = z.strictObject({
  /** Login, and quotes on request. */
  api_url: address('https').default('https://apiconnect.angelone.in'),
  /** Prices. */
  stream_url: address('wss').default('wss://smartapisocket.angelone.in/smart-stream'),
  /** What becomes of orders. */
  orders_url: address('wss').default('wss://tns.angelone.in/smart-order-update'),
  /** The list of instruments. */
  master_url: address('https').default(MASTER),
  /** Whether silence is a fault: while the market is open as the calendar knows it, or at any hour. */
  expect_ticks: z.enum(['calendar', 'always']).default('calendar'),
  /** Seconds between two rounds of quotes on request while there is no socket; 0: none. */
  poll_seconds: z.coerce.number().int().min(0).max(3600).default(30),
  /** Seconds until the broker hears that nobody wants an instrument any more; 0: at once. */
  linger_seconds: z.coerce.number().int().min(0).max(3600).default(10),
})

export type Settings = z.infer<typeof settings>
