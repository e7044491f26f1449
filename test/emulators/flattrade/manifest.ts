import type { EmulatorManifest } from '../emulator.ts'
import { ORDERS } from './orders.ts'
import { FlattradeEmulator } from './server.ts'

const manifest: EmulatorManifest = {
  broker: 'flattrade',
  title: 'Flattrade Pi: login, lists, quotes and the Noren socket',
  orders: ORDERS,
  async start(options) {
    const emulator = await FlattradeEmulator.start(options)
    const { origin, settings, scrips, account } = emulator
    return {
      market: emulator.market,
      origin,
      instruments: scrips.length,
      settings,
      credentials: { api_key: account.apiKey, api_secret: account.apiSecret },
      answer: () => emulator.answer(),
      close: () => emulator.close(),
    }
  },
}

export default manifest
