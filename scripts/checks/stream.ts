import { busAddresses } from '../../bus/addresses.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { pause } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import { type MarketFrame, stream } from '../client.ts'
import { readClientKeys } from '../curve.ts'
import { enableCommand, readBus, readUp } from '../facts.ts'
import { formatSpan } from '../figures.ts'
import type { Invocation } from '../invocation.ts'
import { withProcesses } from '../picture.ts'
import { clientKey, fetchStatus, type ProxyStatus, type ReportedFeed, streamAddress } from '../running.ts'
import { type Check, fail, finding, ok, warn } from './check.ts'

const BUS_LIMIT_MS = 2000
const LOOK_MS = 20
const TICK_LIMIT_MS = 5000
const INSTRUMENTS_TRIED = 20
/** More than this between the stamp of a live tick and our clock is one of the two being wrong. */
const OFFSET_LIMIT_MS = 2000

/** The running system, as far as it runs: bus, feeds, and one real tick from its source to a client. */
export async function checkStream(invocation: Invocation): Promise<Check[]> {
  let feeds: readonly ReportedFeed[]
  let writers: Check
  try {
    const status = await fetchStatus(invocation)
    feeds = withProcesses(status.feeds, readUp(invocation.folder))
    writers = checkWriters(status)
  } catch (error) {
    if (error instanceof TickwireError && error.code === 'PROXY_UNREACHABLE')
      return [warn('running system', error.message, error.next ?? 'tickwire up')]
    return [finding('running system', error)]
  }
  const now = invocation.clock.now()
  return [
    await checkBus(invocation),
    writers,
    ...feeds.map(feed => checkFeed(feed, now)),
    await checkTick(invocation, feeds),
  ]
}

/** The bus that runs, wherever it was told to be; only without one, the place where it should be. */
async function checkBus(invocation: Invocation): Promise<Check> {
  const { config, clock } = invocation
  const addresses = readBus(invocation.folder) ?? busAddresses(config.bus)
  const curve = readClientKeys(config.bus, 'proxy')
  const bus = openZmqBus({ addresses, highWaterMark: config.bus.highWaterMark, curve })
  const deadline = clock.monotonic() + BUS_LIMIT_MS
  while (!bus.connected() && clock.monotonic() < deadline) await pause(clock, LOOK_MS)
  const connected = bus.connected()
  await bus.close()
  const { refused = 0 } = readBus(invocation.folder) ?? {}
  if (connected && refused > 0) {
    const detail = `${addresses.publish} answers; it turned away programs ${refused} times, whose CURVE keys are not listed`
    return warn('bus', detail, 'the log of tickwire bus; what is yours gets a key by tickwire bus keys --for NAME')
  }
  if (connected) return ok('bus', `${addresses.publish} answers`)
  return fail('bus', `${addresses.publish} does not answer`, 'tickwire status, then tickwire bus if it is not there')
}

/** Whoever can write on the bus and is no registered feed is there because a folder, a port or a key is open to him. */
function checkWriters({ bus, events }: ProxyStatus): Check {
  const check = 'bus writers'
  const { strangers = 0 } = bus
  if (strangers === 0) return ok(check, 'registered feeds only')
  const last = events.findLast(({ text }) => text.startsWith('dropped '))
  const detail = `${strangers} messages of strangers were dropped${last ? `; ${last.name} ${last.text}` : ''}`
  return warn(check, detail, 'find who writes on the bus: the log of the proxy, and bus/README.md (Strangers)')
}

function checkFeed({ name, state, reason, lastTickAt }: ReportedFeed, now: number): Check {
  const check = `feed ${name}`
  const age = lastTickAt === undefined ? 'no tick yet' : `last tick ${formatSpan(now - lastTickAt)} ago`
  const detail = `${state}, ${age}${reason ? `: ${reason}` : ''}`
  if (reason?.startsWith('SUBSCRIPTION_LIMIT')) return warn(check, detail, 'want fewer, or tickwire account add BROKER')
  if (state === 'live' || state === 'quiet') return ok(check, detail)
  if (state === 'auth_required') return fail(check, detail, `tickwire account login ${name}`)
  if (state === 'starting') return warn(check, detail, 'tickwire status')
  // Nobody starts it again but a person who has mended the cause.
  const parked = `mend the cause, then: ${enableCommand(name)}`
  return fail(check, detail, state === 'parked' ? parked : 'tickwire status, and the log')
}

/** Subscribes like any client and waits for a tick that is newer than the wish for it: a snapshot proves less. */
async function checkTick(invocation: Invocation, feeds: readonly ReportedFeed[]): Promise<Check> {
  const check = 'tick end to end'
  const live = feeds.find(feed => feed.state === 'live')
  if (!live) return warn(check, 'no feed is live', 'tickwire status')
  const symbols = pickInstruments(invocation, live.name)
  if (symbols.length === 0)
    return warn(check, `feed ${live.name} has no instrument list`, 'tickwire instruments search')
  const { clock } = invocation
  const startedAt = clock.now()
  const end = new AbortController()
  const stopLimit = clock.after(TICK_LIMIT_MS, () => end.abort())
  let tick: MarketFrame | undefined
  try {
    await stream(
      {
        address: () => streamAddress(invocation),
        isOwn: true,
        key: () => clientKey(invocation),
        symbols,
        mode: 1,
        clock,
        onFrame(frame) {
          if (frame.data.timestamp <= startedAt) return
          tick ??= frame
          end.abort()
        },
        onReply: () => {},
        onLost: () => {},
      },
      end.signal,
    )
  } catch (error) {
    return finding(check, error)
  } finally {
    stopLimit()
  }
  if (!tick)
    return fail(check, `nothing from ${live.name} within ${TICK_LIMIT_MS / 1000} s`, 'tickwire status, and the log')
  const took = clock.now() - startedAt
  const offset = clock.now() - tick.data.timestamp
  if (Math.abs(offset) > OFFSET_LIMIT_MS)
    return warn(
      check,
      `${tick.exchange}:${tick.symbol} is stamped ${offset} ms from our clock`,
      'timedatectl set-ntp true',
    )
  return ok(check, `${tick.exchange}:${tick.symbol} at ${tick.data.ltp} after ${took} ms`)
}

/** What trades most is named after these; any other instrument does as well. */
function pickInstruments({ folder }: Invocation, feed: string) {
  const book = new InstrumentBook(folder)
  try {
    if (!book.has(feed)) return []
    const found = ['NIFTY', 'S', 'A', 'B'].map(word => book.search(feed, word, INSTRUMENTS_TRIED))
    const most = found.find(list => list.length > 0) ?? []
    return most.map(({ exchange, symbol }) => ({ exchange, symbol }))
  } finally {
    book.close()
  }
}
