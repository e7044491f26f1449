import { sessions } from '../desk.ts'
import { type Name, partsOf } from '../names.ts'
import { CallError } from '../session.ts'

/** Exchanges whose instruments end. */
const DERIVATIVES = /^(NFO|BFO|CDS|BCD|MCX|NCO|NCDEX)$/
const known = new Map<Name, string | undefined>()

/** `2026-11-24`, where the instrument has one and the server tells it. */
export async function expiryOf(name: Name): Promise<string | undefined> {
  const { exchange, symbol } = partsOf(name)
  if (!DERIVATIVES.test(exchange)) return undefined
  if (!known.has(name)) {
    try {
      const path = `/api/v1/instruments/${encodeURIComponent(exchange)}/${encodeURIComponent(symbol)}`
      known.set(name, (await sessions.call<{ expiry?: string }>(path)).expiry)
    } catch (error) {
      // A panel without one line; it is asked again when the instrument is chosen again.
      if (!(error instanceof CallError)) throw error
    }
  }
  return known.get(name)
}
