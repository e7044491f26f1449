import { pause, systemClock } from '../../../shared/clock.ts'
import { back, type Fault, wander } from '../fault.ts'

const STOPPED_MS = 2000
const AGAIN_MS = 10_000

export const overflow: Fault = {
  name: 'bus-overflow',
  about: 'the proxy stands still for 2 s at 10,000 ticks/s: more than may wait for it',
  limits: { back: AGAIN_MS },
  runs: 3,
  promise: 'P3',
  stage: seed => ({ brokers: ['zerodha'], seed, rate: 10_000, instruments: 100, own: true, mode: 'Quote' }),
  async run(run) {
    const { stage } = run
    await wander(run)
    const pid = stage.pid('proxy')
    const lost = stage.client.ledger.total.lost
    process.kill(pid, 'SIGSTOP')
    await pause(systemClock, STOPPED_MS)
    process.kill(pid, 'SIGCONT')
    const again = await back(run)
    const told = stage.client.ledger.total.lost - lost
    const faults = stage.pid('proxy') === pid ? [] : ['the proxy was restarted']
    return { back: again, faults, note: `${told} ticks told as lost` }
  },
}
