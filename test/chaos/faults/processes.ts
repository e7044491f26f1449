import { systemClock } from '../../../shared/clock.ts'
import { systemCode } from '../../../shared/errors.ts'
import { back, broken, type Fault, ONE_BROKER, type Outcome, type Run, told, wander } from '../fault.ts'

const RESUME_MS = 3500
const PROMISED_MS = 10_000
/** Four times a minute. */
const REST_MS = 15_500
const STOPPED_MS = 15_000

/** Lets a stopped process go on, if it has not been replaced. */
function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}

/** Stopped, and let go on after the client has been told; what it still had in its hands must not pass for news. */
async function hang(run: Run): Promise<Outcome> {
  const { stage } = run
  await wander(run)
  const pid = stage.pid(stage.feed())
  const since = systemClock.monotonic()
  stage.judge.broke(systemClock.now())
  // What waits in a stopped process is older than this when it goes on.
  const { freshMs } = stage.judge
  process.kill(pid, 'SIGSTOP')
  try {
    const heard = await told(run, since, { patienceMs: 30_000 })
    await stage.eventually(() => (systemClock.monotonic() - since > RESUME_MS ? true : undefined), RESUME_MS + 1000)
    stage.judge.freshMs = RESUME_MS - 500
    resume(pid)
    const again = await back(run)
    return { told: heard.told, by: heard.by, back: again }
  } finally {
    resume(pid)
    stage.judge.freshMs = freshMs
    stage.judge.broke(systemClock.now())
  }
}

/** A process of Tickwire dies; clients come back by themselves and have everything. */
async function dies(run: Run, name: string): Promise<Outcome> {
  const { stage } = run
  const before = stage.child(name)
  const outcome = await broken(run, () => void process.kill(stage.pid(name), 'SIGKILL'))
  const after = stage.child(name)
  const faults =
    after.pid === before.pid || after.restarts !== before.restarts + 1 ? [`${name} was not replaced once`] : []
  return { ...outcome, faults }
}

export const killAdapter: Fault = {
  name: 'kill-adapter',
  about: 'kill -9 of the adapter',
  limits: { told: 3000, back: PROMISED_MS },
  runs: 5,
  restMs: REST_MS,
  promise: 'P1 P8',
  stage: ONE_BROKER,
  run: run => dies(run, run.stage.feed()),
}

export const hangAdapter: Fault = {
  name: 'hang-adapter',
  about: 'SIGSTOP of the adapter, SIGCONT 3.5 s later',
  limits: { told: 3000, back: PROMISED_MS },
  runs: 5,
  restMs: REST_MS,
  promise: 'P1',
  stage: ONE_BROKER,
  run: hang,
}

export const killProxy: Fault = {
  name: 'kill-proxy',
  about: 'kill -9 of the proxy: its client is back, with all it held',
  limits: { back: PROMISED_MS },
  runs: 5,
  restMs: REST_MS,
  promise: 'P8',
  stage: ONE_BROKER,
  async run(run) {
    const { back: again, faults = [] } = await dies(run, 'proxy')
    return { back: again, faults }
  },
}

export const killBus: Fault = {
  name: 'kill-bus',
  about: 'kill -9 of the bus',
  // It may be back before anybody could miss it; what was lost meanwhile is told by gaps, which the books show.
  limits: { back: PROMISED_MS },
  runs: 5,
  restMs: REST_MS,
  promise: 'P3 P8',
  stage: ONE_BROKER,
  async run(run) {
    const { back: again, faults = [] } = await dies(run, 'bus')
    return { back: again, faults }
  },
}

export const restartProxy: Fault = {
  name: 'stop-proxy',
  about: 'SIGTERM of the proxy: clients that asked are told before it goes, and are back',
  limits: { back: STOPPED_MS },
  runs: 3,
  restMs: REST_MS,
  promise: 'P8',
  stage: ONE_BROKER,
  async run(run) {
    const { stage } = run
    await wander(run)
    const since = systemClock.monotonic()
    const connections = stage.client.opened.length
    process.kill(stage.pid('proxy'), 'SIGTERM')
    const came = await stage.eventually(() => stage.client.opened[connections], STOPPED_MS * 2)
    const again = await back(run)
    const word = stage.client.words.find(one => one.by === 'shutdown' && one.at >= since)
    const faults =
      word && came !== undefined && word.at < came ? [] : ['no server_shutdown before the connection ended']
    return { told: word && word.at - since, by: word?.by, back: came === undefined ? undefined : again, faults }
  },
}
