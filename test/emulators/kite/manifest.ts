import type { EmulatorManifest } from '../emulator.ts'
import { ORDERS } from './orders.ts'
import { KiteEmulator } from './server.ts'

const manifest: EmulatorManifest = {
  broker: 'zerodha',
  title: 'Kite Connect 3: login, instruments and ticker of Zerodha',
  orders: ORDERS,
  async start(options) {
    const emulator = await KiteEmulator.start(options)
    const { apiUrl, streamUrl, loginUrl, apiKey, apiSecret, rows } = emulator
    return {
      market: emulator.market,
      origin: apiUrl,
      instruments: rows.length,
      settings: { api_url: apiUrl, stream_url: streamUrl, login_url: loginUrl },
      credentials: { api_key: apiKey, api_secret: apiSecret },
      answer: () => emulator.answer(),
      close: () => emulator.close(),
    }
  },
}

export default manifest
