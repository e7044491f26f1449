// Fetches and stores the list of an emulated broker, in a process of its own so that its memory can be told.
import { isSession } from '../../adapters/contract.ts'
import { createHttp } from '../../adapters/http.ts'
import { MASTER_LIMITS, syncInstruments } from '../../adapters/master.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { systemClock } from '../../shared/clock.ts'
import { dataFolder, prepareFolder } from '../../shared/store/folder.ts'
import { keptLog } from './log.ts'
import { ownPeak } from './peak.ts'

const [, , broker = '', settings = '', root = ''] = process.argv
const folder = dataFolder({ dataDir: root, bus: { runDir: `${root}/run` } })
prepareFolder(folder)
const adapter = await loadAdapter({ kind: 'builtin', adapter: broker })
if (!isSession(adapter)) throw new Error('it has a session')

let latest = systemClock.monotonic()
let longestMs = 0
const stop = systemClock.every(1, () => {
  const now = systemClock.monotonic()
  longestMs = Math.max(longestMs, now - latest)
  latest = now
})
const before = process.cpuUsage()
const synced = await syncInstruments({
  feed: broker.toUpperCase(),
  adapter,
  settings: adapter.settings.parse(JSON.parse(settings)),
  ticket: undefined,
  http: createHttp(MASTER_LIMITS),
  folder,
  clock: systemClock,
  log: keptLog().log,
})
const { user, system } = process.cpuUsage(before)
stop()
const memory = ownPeak() / 2 ** 20
process.stdout.write(JSON.stringify({ ...synced, cpuMs: (user + system) / 1000, longestMs, memoryMb: memory }))
