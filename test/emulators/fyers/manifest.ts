import type { EmulatorManifest } from '../emulator.ts'
import { ORDERS } from './orders.ts'
import { FyersEmulator } from './server.ts'

const manifest: EmulatorManifest = {
  broker: 'fyers',
  title: 'Fyers API v3: login, symbol master, prices (HSM), deep books (TBT) and orders',
  orders: ORDERS,
  async start(options) {
    const emulator = await FyersEmulator.start(options)
    const { apiUrl, loginUrl, masterUrl, streamUrl, booksUrl, ordersUrl, account, listed } = emulator
    return {
      origin: apiUrl,
      instruments: listed.rows.length,
      settings: {
        api_url: apiUrl,
        login_url: loginUrl,
        master_url: masterUrl,
        stream_url: streamUrl,
        books_url: booksUrl,
        orders_url: ordersUrl,
      },
      credentials: { app_id: account.appId, app_secret: account.appSecret },
      answer: () => emulator.answer(),
      close: () => emulator.close(),
    }
  },
}

export default manifest
