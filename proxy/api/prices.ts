import type { Api } from './app.ts'
import { addCache } from './cache.ts'
import { addOpenAlgo } from './openalgo.ts'
import { openPrices, type PriceRooms } from './priceparts.ts'
import { addSnapshots } from './snapshots.ts'
import { addStocks } from './stocks.ts'
import { addTicks } from './ticks.ts'

/** Everything of prices that is served over HTTP. */
export function addPrices(api: Api, rooms: PriceRooms): void {
  const parts = openPrices(rooms)
  addSnapshots(api, parts)
  addTicks(api, parts)
  addCache(api, parts)
  addStocks(api, parts)
  addOpenAlgo(api, parts)
  api.addHook('onClose', async () => parts.close())
}
