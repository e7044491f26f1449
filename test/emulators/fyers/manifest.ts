import type { EmulatorManifest } from '../emulator.ts'
import { ORDERS } from './orders.ts'
import { FyersEmulator } from './server.ts'

const manifest: EmulatorManifest = {
  broker: 'fyers',
  title: 'Fyers API v3: login, symbol master, prices (HSM), deep books (TBT) and orders',
  orders: ORDERS,
  async start(options) {
    const emulator = await FyersEmulator.start(options)
    const { apiUrl, account, listed, settings } = emulator
    return {
      market: emulator.market,
      origin: apiUrl,
      instruments: listed.rows.length,
      settings,
      credentials: { app_id: account.appId, app_secret: account.appSecret },
      answer: () => emulator.answer(),
      close: () => emulator.close(),
    }
  },
}

export default manifest
