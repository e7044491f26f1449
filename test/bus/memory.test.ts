import { MemoryExchange } from '../../bus/memory.ts'
import { describeBus } from '../contracts/bus.ts'

describeBus('The bus in memory', async highWaterMark => {
  const exchange = new MemoryExchange({ highWaterMark })
  return {
    open: () => exchange.open(),
    publishPlain: async (topic, body) => exchange.publishPlain(topic, body),
    stop: async () => exchange.stop(),
    restart: async () => exchange.start(),
    close: async () => {},
  }
})
