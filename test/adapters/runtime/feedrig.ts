import { z } from 'zod'
import { defineAdapter, type Update } from '../../../adapters/contract.ts'
import { Feed } from '../../../adapters/runtime/feed.ts'
import { StatusReporter } from '../../../adapters/runtime/status.ts'
import { type Clock, pause } from '../../../shared/clock.ts'
import { RELIANCE, rig } from './rig.ts'

type Source = (clock: Clock, signal: AbortSignal) => AsyncIterable<readonly Update[]>

/** A feed of this source on a fake bus; `clock` for one that really runs. */
export function open(source: Source, clock?: Clock) {
  const parts = rig()
  const adapter = defineAdapter({
    name: 'testbroker',
    title: 'A source for tests',
    label: 'simulated',
    modes: ['LTP'],
    settings: z.object({}),
    instruments: () => [RELIANCE],
    source: (_, clock, signal) => source(clock, signal),
  })
  const status = new StatusReporter({ label: adapter.label, ...parts })
  const feed = new Feed({ adapter, settings: {}, status, ...parts, ...(clock && { clock }) })
  parts.pulse.listen(gap => feed.missed(gap))
  const states = () =>
    parts.bus
      .statuses()
      .map(({ state }) => state)
      .filter((state, place, all) => state !== all[place - 1])
  return { ...parts, status, feed, states }
}

/** A tick of RELIANCE now. */
export const update = (clock: Clock, ltp = 100): Update => ({
  instrument: RELIANCE,
  tick: { ltp, timestamp: clock.now() },
  receivedAt: clock.micros(),
})

/** A tick every 10 ms. */
export async function* ticking(clock: Clock, signal: AbortSignal) {
  while (!signal.aborted) {
    yield [update(clock)]
    await pause(clock, 10, signal)
  }
}
