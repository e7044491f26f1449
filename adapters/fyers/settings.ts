import { z } from 'zod'
import { address } from '../../shared/address.ts'

/** Where the browser goes with the answer of a login: compared by the broker letter by letter, so kept as it is. */
const redirect = z.string().refine(text => address('https').safeParse(text).success, {
  error:
    'must be the redirect address of the app: https:// (or http:// to 127.0.0.1, ::1 or localhost), without ? and #',
})

export const settings = z.strictObject({
  /** Login, token exchange, quotes, and where the socket of deep books is. */
  api_url: address('https').default('https://api-t1.fyers.in'),
  /** Where a person logs in. */
  login_url: address('https').default('https://api-t1.fyers.in/api/v3/generate-authcode'),
  /** As registered at myapi.fyers.in; the default is where `tickwire account login` listens. */
  redirect_url: redirect.default('http://127.0.0.1:8766/'),
  /** The instrument lists. */
  master_url: address('https').default('https://public.fyers.in/sym_details'),
  /** Prices. */
  stream_url: address('wss').default('wss://socket.fyers.in/hsm/v1-5/prod'),
  /** Deep books. */
  books_url: address('wss').default('wss://rtsocket-api.fyers.in/versova'),
  /** Order updates. */
  orders_url: address('wss').default('wss://socket.fyers.in/trade/v3'),
  /** Whether silence is a fault: while the market is open as the calendar knows it, or at any hour. */
  expect_ticks: z.enum(['calendar', 'always']).default('calendar'),
  /** Seconds between two rounds of quotes by request while no socket can be had; 0: none. */
  poll_seconds: z.coerce.number().int().min(0).max(3600).default(30),
  /** Seconds until the broker hears that nobody wants an instrument any more; 0: at once. */
  linger_seconds: z.coerce.number().int().min(0).max(3600).default(10),
})

export type Settings = z.infer<typeof settings>
