import { systemClock } from '../../../shared/clock.ts'
import { BAD, back, type Fault, ONE_BROKER, type Outcome, type Run, told, wander } from '../fault.ts'

const TOLD_MS = 5000
const LOGIN_MS = 5000
const RETRY_S = 3
/** Until it is dialled again, and a step of the back-off. */
const REFUSED_MS = RETRY_S * 1000 + 12_000

/** The session is over: told, not tried without end, and whole by a login without a restart. */
async function over(run: Run, order: string): Promise<Outcome> {
  const { stage } = run
  await wander(run)
  const { pid } = stage.child(stage.feed())
  const handshakes = (await stage.handshakes()).length
  const since = systemClock.monotonic()
  stage.judge.broke(systemClock.now())
  await stage.order(order)
  const heard = await told(run, since, { states: ['auth_required', 'down'], patienceMs: 20_000 })
  const parked = await stage.eventually(
    async () => ((await stage.feedStatus()).state === 'auth_required' ? true : undefined),
    TOLD_MS,
  )
  const faults = parked ? [] : [`the feed is ${(await stage.feedStatus()).state}, not auth_required`]
  const tries = (await stage.handshakes()).slice(handshakes).filter(({ status }) => status !== 101).length
  if (tries > 3) faults.push(`${tries} tries with a login that is over`)
  await stage.login()
  const again = await back(run)
  stage.judge.broke(systemClock.now())
  if (stage.child(stage.feed()).pid !== pid) faults.push('the adapter was restarted')
  return { told: heard.told, by: heard.by, back: again, faults }
}

export const expiry: Fault = {
  name: 'token-expiry',
  about: 'the login is over; back is counted from the end of `account login`',
  limits: { told: TOLD_MS, back: LOGIN_MS },
  runs: 3,
  promise: 'P1 P8',
  stage: ONE_BROKER,
  run: run => over(run, 'expireToken'),
}

export const elsewhere: Fault = {
  name: 'login-elsewhere',
  about: 'the same user logs in from another program',
  limits: { told: TOLD_MS, back: LOGIN_MS },
  runs: 3,
  promise: 'P1 P8',
  stage: ONE_BROKER,
  run: run => over(run, 'loginElsewhere'),
}

export const tooMany: Fault = {
  name: 'http-429',
  about: `the broker answers 429 and "again in ${RETRY_S} s"`,
  limits: { told: 1000, back: REFUSED_MS },
  runs: 3,
  promise: 'P8',
  stage: ONE_BROKER,
  async run(run) {
    const { stage } = run
    await wander(run)
    await stage.order('refuse429', { times: 1, retryAfterS: RETRY_S })
    const since = systemClock.monotonic()
    stage.judge.broke(systemClock.now())
    stage.wire().cut('FIN')
    const [heard, again] = await Promise.all([told(run, since, { states: BAD, patienceMs: 20_000 }), back(run)])
    stage.judge.broke(systemClock.now())
    const [refused, taken] = (await stage.handshakes()).slice(-2)
    const waited = (taken?.at ?? 0) - (refused?.at ?? 0)
    const isPatient = refused?.status === 429 && taken?.status === 101 && waited >= RETRY_S * 1000
    const faults = isPatient ? [] : [`${refused?.status}, then ${taken?.status} after ${waited} ms`]
    return { told: heard.told, by: heard.by, back: again, faults }
  },
}
