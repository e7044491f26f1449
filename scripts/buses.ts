import { busAddresses } from '../bus/addresses.ts'
import type { Bus } from '../bus/bus.ts'
import { type Fault, guard } from '../bus/guard.ts'
import { Signer } from '../bus/identity.ts'
import { openZmqBus } from '../bus/zmq.ts'
import type { Log } from '../shared/log.ts'
import { readClientKeys } from './curve.ts'
import { feedIdentity, ProxyTrust } from './identity.ts'
import { type Invocation, openStore } from './invocation.ts'

/** The bus, as it comes: whoever starts a proxy or a feed puts a guard before it. `name`: by which its CURVE key is known. */
export function connectBus({ config: { bus } }: Pick<Invocation, 'config'>, name: string): Bus {
  const { highWaterMark } = bus
  return openZmqBus({ addresses: busAddresses(bus), highWaterMark, curve: readClientKeys(bus, name) })
}

const REPORT_PAUSE_MS = 10_000

/** The door of one feed's process: what it says is signed, and it heeds registered proxies only. */
export function openFeedBus(invocation: Invocation, feed: string, log: Log): Bus {
  const { clock } = invocation
  const store = openStore(invocation)
  try {
    const identity = feedIdentity(invocation, store, feed)
    const self = new Signer(identity.publicKey)
    const proxies = new ProxyTrust(store)
    let toldAt = Number.NEGATIVE_INFINITY
    let dropped = 0
    const onDropped = (_: string, fault: Fault) => {
      dropped++
      const now = clock.monotonic()
      if (now - toldAt < REPORT_PAUSE_MS) return
      toldAt = now
      log.warn({ fault, dropped }, 'dropped a bus message that is of no registered proxy')
    }
    const bus = guard({
      bus: connectBus(invocation, feed),
      identity,
      name: feed,
      signerOf: (role, _, id) => (role === 'feed' ? self : proxies.find(id)),
      onDropped,
      clock,
    })
    const close = bus.close.bind(bus)
    bus.close = () => close().finally(() => store.close())
    return bus
  } catch (error) {
    store.close()
    throw error
  }
}
