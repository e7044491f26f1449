import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Bus } from './bus.ts'

/** Becomes the listener for the connection: says in the log that the bus is gone, and that it is back, once each. */
export function logOutages(bus: Bus, log: Log, clock: Clock): void {
  let goneAt: number | undefined
  bus.onConnection(connected => {
    if (!connected) {
      goneAt = clock.monotonic()
      log.warn('the bus is gone: no prices pass until it is back')
    } else if (goneAt !== undefined) {
      log.info(`the bus is back after ${((clock.monotonic() - goneAt) / 1000).toFixed(1)} s`)
      goneAt = undefined
    }
  })
}
