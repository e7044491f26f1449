import { z } from 'zod'
import { TickwireError } from '../../shared/errors.ts'
import { Ages, type HopAges } from '../ages.ts'
import { formatMs } from '../distribution.ts'
import { untilInterrupted } from '../ending.ts'
import { countOf, formatCount, formatPrice } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { openInvocation } from '../invocation.ts'
import { type Link, type Message, openLink } from '../link.ts'
import { clientKey, streamAddress } from '../running.ts'
import { type InstrumentName, parseSymbol } from '../symbol.ts'
import { type Column, strip, type Terminal } from '../terminal.ts'
import { type Traced, trace as traceOf } from '../traced.ts'

interface TraceOptions {
  readonly mode: 'ltp' | 'quote' | 'depth'
  readonly count?: number
  readonly url?: string
}

const MODES = { ltp: 1, quote: 2, depth: 3 } as const

const time = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Kolkata',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

const stretch = (head: string, of: (ms: Traced['ms']) => number | undefined) => ({
  head: head.padStart(11),
  cell: ({ ms }: Traced) => formatMs(of(ms)),
  right: true,
  // Two clocks disagree by more than the way takes.
  paint: ({ ms }: Traced) => ((of(ms) ?? 0) < 0 ? ('yellow' as const) : undefined),
})

/** One line is printed at a time: the headings are as wide as what comes below them. */
const COLUMNS: readonly Column<Traced>[] = [
  { head: 'EXCHANGE IST'.padEnd(12), cell: ({ at }) => time.format(at.exchange) },
  { head: 'LTP'.padStart(12), cell: ({ ltp }) => formatPrice(ltp), right: true },
  { head: 'SEQ'.padStart(8), cell: ({ seq }) => seq, right: true },
  stretch('TO ADAPTER', ms => ms.exchangeAdapter),
  stretch('TO BUS', ms => ms.adapterBus),
  stretch('TO PROXY', ms => ms.busProxy),
  stretch('TO CLIENT', ms => ms.proxyClient),
  stretch('ALL', ms => ms.all),
  { head: 'FROM', cell: ({ broker, isRepeated }) => `${broker ?? ''}${isRepeated ? ' (last value)' : ''}` },
]

const SPREAD: readonly Column<HopAges>[] = [
  { head: 'HOP', cell: row => row.hop },
  { head: 'TICKS', cell: row => formatCount(row.count), right: true },
  { head: 'MIN', cell: row => formatMs(row.minMs), right: true },
  { head: 'P50', cell: row => formatMs(row.p50Ms), right: true },
  { head: 'P95', cell: row => formatMs(row.p95Ms), right: true },
  { head: 'P99', cell: row => formatMs(row.p99Ms), right: true },
  { head: 'MAX', cell: row => formatMs(row.maxMs), right: true },
]

/**
 * `tickwire trace NSE:RELIANCE`: the ticks of one instrument, and when each was where on its way, until Ctrl-C or
 * `--count`. Exits with 0, with 5 when no tick came. Throws PROXY_UNREACHABLE, KEY_INVALID, INSTRUMENT_UNKNOWN.
 */
export async function trace(globals: Globals, word: string, options: TraceOptions): Promise<void> {
  const instrument = parseSymbol(word)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const { url, count = Number.POSITIVE_INFINITY, mode } = options
  const end = untilInterrupted()
  const ages = new Ages()
  const lines = new Lines(terminal)
  let answered: (message: Message) => void = () => {}
  const take = (message: Message, at: number) => {
    const traced = traceOf(message, at)
    if (!traced) return answered(message)
    if (end.signal.aborted) return
    ages.take(message, at)
    lines.show(traced)
    if (ages.ticks >= count) end.abort()
  }
  const link = await openLink({
    url: url ?? streamAddress(invocation),
    isOwn: url === undefined,
    key: () => clientKey(invocation),
    clock,
    features: ['seq', 'stamps'],
    onMessage: take,
  })
  const replied = new Promise<Message>(resolve => {
    answered = resolve
  })
  const over = new Promise<void>(resolve => end.signal.addEventListener('abort', () => resolve()))
  if (!link.features.includes('stamps')) terminal.say(NO_STAMPS)
  link.send({ action: 'subscribe', symbols: [instrument], mode: MODES[mode] })
  requireIt(
    await Promise.race([replied, link.ended.then(() => undefined), over.then(() => undefined)]),
    instrument,
    end,
  )
  await Promise.race([over, link.ended])
  if (!end.signal.aborted) terminal.say('The proxy ended the connection')
  link.close()
  summarise(terminal, ages, link)
  process.exit(ages.ticks > 0 ? 0 : 5)
}

const NO_STAMPS =
  'This proxy stamps no ticks (it is older than this program, or a classic server): only the whole way can be told. next: tickwire --version, there'

/** Prints one tick under the other. */
class Lines {
  readonly #terminal: Terminal
  #isBegun = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(traced: Traced): void {
    const terminal = this.#terminal
    if (terminal.format === 'json') {
      terminal.print(JSON.stringify(traced))
      return
    }
    const [head = '', line = ''] = terminal.table([traced], COLUMNS).split('\n')
    if (!this.#isBegun) terminal.print(head)
    this.#isBegun = true
    terminal.print(line)
  }
}

function summarise(terminal: Terminal, ages: Ages, { features }: Link): void {
  const hops = ages.hops()
  if (terminal.format === 'json') terminal.print(JSON.stringify({ ticks: ages.ticks, repeated: ages.repeated, hops }))
  else if (hops.length > 0) terminal.print(`\n${terminal.table(hops, SPREAD)}`)
  const last = countOf(ages.repeated, 'last value')
  terminal.say(`${countOf(ages.ticks, 'tick')}; ${last} not counted${features.includes('stamps') ? '' : '; no stamps'}`)
  if (ages.ticks === 0) terminal.say('No tick came: is the market open? next: tickwire calendar today')
  for (const { hop, negative } of hops)
    if (negative > 0)
      terminal.say(
        `${hop}: ${formatCount(negative)} ticks were there before they left: the clocks disagree; next: timedatectl set-ntp true, on both machines`,
      )
}

const item = z.looseObject({ status: z.string(), message: z.string().optional() })
const reply = z.looseObject({ subscriptions: z.array(item).optional(), message: z.string().optional() })

/** Who breaks off before the answer has nothing to be told. */
function requireIt(said: Message | undefined, { exchange, symbol }: InstrumentName, end: AbortController): void {
  const read = reply.safeParse(said).data
  if (end.signal.aborted || read?.subscriptions?.some(({ status }) => status === 'success')) return
  const why = strip(read?.subscriptions?.[0]?.message ?? read?.message ?? 'the proxy ended the connection')
  throw new TickwireError('INSTRUMENT_UNKNOWN', `${exchange}:${symbol} was refused: ${why}`, {
    next: `tickwire instruments search ${symbol}`,
  })
}
