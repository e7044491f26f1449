import type { EmulatorManifest } from '../emulator.ts'
import { ORDERS } from './control.ts'
import { AngelEmulator } from './server.ts'

/** As the real one: three connections within a second are one too many. */
const QUICK_MS = 1000

const manifest: EmulatorManifest = {
  broker: 'angel',
  title: 'SmartAPI: login, instruments, quotes, stream and orders of Angel One',
  orders: ORDERS,
  async start(options) {
    const emulator = await AngelEmulator.start({ quickMs: QUICK_MS, ...options })
    const { account, origin, rows, settings } = emulator
    const { apiKey: api_key, userId: client_code, pin } = account
    return {
      market: emulator.market,
      origin,
      instruments: rows.length,
      settings,
      // Without the TOTP secret: who gives it has no morning without a login.
      credentials: { api_key, client_code, pin },
      answer: () => emulator.answer(),
      close: () => emulator.close(),
    }
  },
}

export default manifest
