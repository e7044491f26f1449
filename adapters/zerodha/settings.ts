import { z } from 'zod'

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** An address that the access token or the login travels to: encrypted, or on this machine. Without the last slash. */
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

export const settings = z.strictObject({
  /** Login and instrument list. */
  api_url: address('https').default('https://api.kite.trade'),
  /** Prices. */
  stream_url: address('wss').default('wss://ws.kite.trade'),
  /** Where a person logs in. */
  login_url: address('https').default('https://kite.zerodha.com/connect/login'),
  /** Whether silence is a fault: while the market is open as the calendar knows it, or at any hour. */
  expect_ticks: z.enum(['calendar', 'always']).default('calendar'),
})

export type Settings = z.infer<typeof settings>
