import { ManualClock } from '../../../../shared/clock.ts'
import { parseStates } from '../../../../shared/states.ts'
import { drawsFrom } from '../../../emulators/kit/random.ts'
import { FEED, settle } from '../rig.ts'
import { at, DAY_MS, hoursFrom, intensity, MARKET } from './hours.ts'
import { openSession } from './sessionrig.ts'
import { decode } from './words.ts'

const STEP_MS = 250
const PER_CONNECTION = 18

/** The same numbers for the same seed, in [0, 1). */
const draws = (seed: number): (() => number) => drawsFrom(seed * 2_654_435_761 + 1)

/** What the broker does not say, from a time of the day on. */
export interface Fault {
  readonly at: number
  /** `all`, the place of a connection, from 0, or the symbol of an instrument. */
  readonly what: string | number
}

/** A doubt as it was told, with its time of the day. */
interface Doubt {
  readonly at: number
  /** `feed`, or the name of an instrument. */
  readonly of: string
  readonly why: string | undefined
}

/** Every day is lived through by the real session, on a clock moved by hand, with a broker that answers each wish. */
export function openDay(seed: number, begin: number, fault?: Fault) {
  const random = draws(seed)
  // The rig's clock begins where it likes: that is when this begins, some time after midnight.
  const start = new ManualClock().now() - begin
  const phaseAt = hoursFrom(start)
  const session = openSession({
    phaseAt,
    broker: {
      limits: {
        connections: 3,
        instrumentsPerConnection: PER_CONNECTION,
        instrumentsPerMessage: 50,
        messagePauseMs: 500,
      },
      createDecoder: () => decode,
    },
  })
  const { clock, bus, broker, tickets } = session
  const doubts: Doubt[] = []
  let [feedState, reports, revision] = ['', 0, 0]
  bus.publish = (topic, body) => {
    if (topic === `STATUS_${FEED}`) noteFeed(JSON.parse(String(body)))
    if (topic !== `STATES_${FEED}`) return
    reports++
    for (const group of parseStates(body).groups)
      if (group.state === 'suspect')
        for (const { name } of group.instruments) doubts.push({ at: time(), of: name, why: group.reason })
  }
  const time = () => clock.now() - start
  const noteFeed = ({ state, reason }: { state: string; reason?: string }) => {
    if (state === 'suspect' && feedState !== state) doubts.push({ at: time(), of: 'feed', why: reason })
    feedState = state
  }
  session.relist(MARKET.map(({ instrument }) => instrument))
  const topics = MARKET.map(({ instrument }) => `${FEED}_NSE_${instrument.symbol}_QUOTE`)
  let most = topics.length
  const repeat = () => bus.want('P1', revision, topics.slice(0, most))
  clock.advance(2)
  revision++
  repeat()
  tickets.login('one')

  const accepted = new Set<unknown>()
  const prices = new Map(MARKET.map(({ instrument }) => [instrument.symbol, 100]))
  const carriers = new Map<string, number>()
  /** Each of the first connections goes on in the one that takes its place. */
  const isOn = (what: Fault['what'], symbol: string, place: number) =>
    what === 'all' || what === symbol || (typeof what === 'number' && what === place)
  const isSilenced = (symbol: string) =>
    fault !== undefined && time() >= fault.at && isOn(fault.what, symbol, carriers.get(symbol) ?? -1)

  function serve(): void {
    for (const socket of broker.sockets) {
      if (socket.cut) continue
      if (!accepted.has(socket)) {
        accepted.add(socket)
        socket.accept()
      }
      for (const frame of socket.sent.splice(0)) {
        const [kind, , tokens] = String(frame).split(' ')
        if (kind === 'sub') say(socket, tokens?.split(',') ?? [])
      }
    }
  }

  function say(socket: (typeof broker.sockets)[number], symbols: readonly string[]): void {
    for (const symbol of symbols) if (!carriers.has(symbol)) carriers.set(symbol, open().indexOf(socket))
    const spoken = symbols.filter(symbol => !isSilenced(symbol))
    if (spoken.length > 0) socket.say(spoken.map(symbol => `tick ${symbol} ${prices.get(symbol)}`).join('; '))
  }

  const open = () => broker.sockets.filter(socket => accepted.has(socket) && !socket.cut)

  const known = MARKET.map(model => ({ model, phase: phaseAt(model.instrument, 0), until: 0, chance: 0 }))

  /** Who ticks within one step. Chances are found out anew every ten seconds, and where a phase ends. */
  function arrivals(): string[] {
    const ticked: string[] = []
    const wall = clock.now()
    for (const one of known) {
      const { instrument } = one.model
      if (wall >= one.until) {
        one.phase = phaseAt(instrument, wall)
        one.until = Math.min(one.phase?.to ?? wall, wall + 10_000)
        const today = Math.floor(time() / DAY_MS) * DAY_MS
        const perSecond = one.phase ? intensity(one.model, time() - today, one.phase, start + today) : 0
        one.chance = 1 - Math.exp((-perSecond * STEP_MS) / 1000)
      }
      const isRegular = instrument.kind === 'INDEX' && one.phase?.ticks === 'expected'
      if (isRegular ? time() % 1000 < STEP_MS : one.chance > 0 && random() < one.chance) ticked.push(instrument.symbol)
    }
    return ticked
  }

  /** Lives on until a time of the day, or until `isOver`. */
  async function until(end: number, isOver = () => false): Promise<void> {
    for (let step = 0; time() < end && !isOver(); step++) {
      clock.advance(STEP_MS)
      serve()
      const ticked = arrivals()
      for (const symbol of ticked) prices.set(symbol, (prices.get(symbol) ?? 100) + (random() < 0.5 ? 1 : -1) * 0.05)
      const alive = open()
      for (const [place, socket] of alive.entries()) {
        const own = ticked.filter(symbol => carriers.get(symbol) === place && !isSilenced(symbol))
        if (own.length > 0) socket.say(own.map(symbol => `tick ${symbol} ${prices.get(symbol)?.toFixed(2)}`).join('; '))
        else if (step % 4 === 0) socket.say('beat')
      }
      if (step % 8 === 0) repeat()
      if (step % 240 === 0) await settle()
    }
  }

  /** Wants only the first so many, or all. */
  function wish(count = topics.length): void {
    most = count
    revision++
    repeat()
  }

  return { ...session, wish, until, doubts, time, repeat, reports: () => reports }
}

export { at }
