import { z } from 'zod'

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** An address that a token or the PIN travels to: encrypted, or on this machine. Without the last slash. */
const address = (scheme: 'https' | 'wss') =>
  z
    .string()
    .refine(text => isSafe(text, scheme), {
      error: `must be an address that begins with ${scheme}:// (unencrypted only to 127.0.0.1, ::1 or localhost), without user, ? and #`,
    })
    .transform(text => text.replace(/\/+$/, ''))

function isSafe(text: string, scheme: 'https' | 'wss'): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, search, hash } = new URL(text)
  if (username || password || search || hash) return false
  return protocol === `${scheme}:` || (protocol === `${scheme.slice(0, -1)}:` && LOOPBACK.has(hostname))
}

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
})

export type Settings = z.infer<typeof settings>
