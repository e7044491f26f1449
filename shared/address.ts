import { z } from 'zod'

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Shape of an address that secrets travel to: encrypted, or on this machine, where `https` may be `http` and `wss` may be
 * `ws`. Gives it without the last slash.
 */
export const address = (scheme: 'https' | 'wss') =>
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

/** Whether it is an address of this machine, where no broker is. */
export const isOnThisMachine = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^(https?|wss?):\/\//.test(value) &&
  URL.canParse(value) &&
  LOOPBACK.has(new URL(value).hostname)
