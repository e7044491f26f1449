import { z } from 'zod'
import { type Clock, pause } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { httpAddress } from '../address.ts'
import { Ages, type HopAges } from '../ages.ts'
import { formatMs, hundredths } from '../distribution.ts'
import { untilInterrupted } from '../ending.ts'
import { countOf, formatCount } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import { type Link, type Message, openLink } from '../link.ts'
import { clientKey, fetchFrom, fetchStatus, streamAddress } from '../running.ts'
import { type InstrumentName, parseSymbols } from '../symbol.ts'
import type { Column } from '../terminal.ts'

interface LatencyOptions {
  readonly seconds: number
  readonly url?: string
}

const figure = z.number()

/** What the proxy has measured on the way to it, of all that it carries. */
const measured = z.object({
  hops: z.array(
    z.object({
      hop: z.string(),
      count: figure,
      p50Ms: figure.optional(),
      p95Ms: figure.optional(),
      p99Ms: figure.optional(),
    }),
  ),
  windowSeconds: figure,
})

type Percentile = 'minMs' | 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs' | 'negative'
type Row = { readonly [Known in Percentile]?: HopAges[Known] | undefined } & {
  readonly hop: string
  readonly by: 'client' | 'proxy'
  readonly count: number
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'HOP', cell: row => row.hop },
  { head: 'MEASURED BY', cell: row => row.by },
  { head: 'TICKS', cell: row => formatCount(row.count), right: true },
  { head: 'MIN', cell: row => formatMs(row.minMs), right: true, paint: row => wrong(row.minMs) },
  { head: 'P50', cell: row => formatMs(row.p50Ms), right: true, paint: row => wrong(row.p50Ms) },
  { head: 'P95', cell: row => formatMs(row.p95Ms), right: true, paint: row => wrong(row.p95Ms) },
  { head: 'P99', cell: row => formatMs(row.p99Ms), right: true, paint: row => wrong(row.p99Ms) },
  { head: 'MAX', cell: row => formatMs(row.maxMs), right: true, paint: row => wrong(row.maxMs) },
]

const wrong = (ms: number | undefined) => (ms !== undefined && ms < 0 ? 'yellow' : undefined)

/** Without any that somebody wants already: every simulated feed has these, and most others. */
const USUAL = ['NSE:RELIANCE', 'NSE_INDEX:NIFTY']
const MOST = 50
const OFFSET_PINGS = 5
const PING_PAUSE_MS = 100
const QUOTE = 2

/**
 * `tickwire latency [SYMBOL…]`: how old ticks are when they arrive, hop by hop. Exits with 0, with 5 when no tick came.
 * Throws PROXY_UNREACHABLE, KEY_INVALID, INSTRUMENT_UNKNOWN.
 */
export async function latency(
  globals: Globals,
  words: readonly string[],
  { seconds, url }: LatencyOptions,
): Promise<void> {
  const named = parseSymbols(words)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const end = untilInterrupted()
  const address = url ?? streamAddress(invocation)
  const isFar = url !== undefined
  const symbols = named.length > 0 ? named : await wantedNow(invocation, url)
  const ages = new Ages()
  let answered: (message: Message) => void = () => {}
  const link = await openLink({
    url: address,
    isOwn: !isFar,
    key: () => clientKey(invocation),
    clock,
    features: ['seq', 'stamps'],
    onMessage: (message, at) => (message.type === 'market_data' ? ages.take(message, at) : answered(message)),
  })
  void link.ended.then(() => end.abort())
  const aheadMs = await offsetOf(link, clock)
  const replied = new Promise<Message>(resolve => {
    answered = resolve
  })
  link.send({ action: 'subscribe', symbols, mode: QUOTE })
  requireAny(await Promise.race([replied, link.ended.then(() => undefined)]), symbols)
  terminal.say(`Listening to ${countOf(symbols.length, 'symbol')} for ${seconds} s …`)
  await pause(clock, seconds * 1000, end.signal)
  link.close()
  const server = await askServer(invocation, address, isFar)
  const rows: Row[] = [
    ...ages.hops().map(hop => ({ ...hop, by: 'client' as const })),
    ...(server?.hops ?? []).map(hop => ({ ...hop, by: 'proxy' as const })),
  ]
  terminal.rows(rows, COLUMNS, 'No tick came: is the market open? tickwire calendar today')
  if (terminal.format === 'json' && aheadMs !== undefined)
    terminal.print(JSON.stringify({ proxyClockAheadMs: hundredths(aheadMs), ticks: ages.ticks, symbols: ages.symbols }))
  for (const line of remarks(ages, aheadMs, server, link)) terminal.say(line)
  process.exit(ages.ticks > 0 ? 0 : 5)
}

/** What somebody wants now costs the brokers nothing more. */
async function wantedNow(invocation: Invocation, url: string | undefined): Promise<readonly InstrumentName[]> {
  const { feeds } = await fetchStatus(invocation, { instruments: true, url })
  const live = feeds.flatMap(({ instruments }) => instruments?.list.filter(({ state }) => state === 'live') ?? [])
  const names = live.slice(0, MOST).map(({ exchange, symbol }) => `${exchange}:${symbol}`)
  return parseSymbols(names.length > 0 ? names : USUAL)
}

/** How far the proxy's clock is ahead of ours, by the quickest of some pings. */
async function offsetOf(link: Link, clock: Clock): Promise<number | undefined> {
  let best: { readonly rttMs: number; readonly aheadMs: number } | undefined
  for (let ping = 0; ping < OFFSET_PINGS; ping++) {
    const echo = await link.ping()
    if (echo && (!best || echo.rttMs < best.rttMs)) best = echo
    await pause(clock, PING_PAUSE_MS)
  }
  return best?.aheadMs
}

const reply = z.looseObject({ subscriptions: z.array(z.looseObject({ status: z.string() })).default([]) })

function requireAny(said: Message | undefined, symbols: readonly InstrumentName[]): void {
  const items = reply.safeParse(said).data?.subscriptions ?? []
  if (items.some(({ status }) => status === 'success')) return
  throw new TickwireError('INSTRUMENT_UNKNOWN', `0 of ${symbols.length} symbols could be subscribed`, {
    next: `tickwire instruments search ${symbols[0]?.symbol ?? ''}; or name others: tickwire latency EXCHANGE:SYMBOL`,
  })
}

/** Nothing from a proxy that does not measure, or does not tell this key. */
async function askServer(invocation: Invocation, address: string, isFar: boolean) {
  try {
    const { status, body } = await fetchFrom(invocation, httpAddress(address, '/api/v1/latency'), { isFar })
    return status === 200 ? measured.parse(JSON.parse(body)) : undefined
  } catch (error) {
    if (error instanceof TickwireError || error instanceof z.ZodError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A clock that is off by less than a tick needs on its way is nobody's concern. */
const OFF_MS = 5

function remarks(
  ages: Ages,
  aheadMs: number | undefined,
  server: z.infer<typeof measured> | undefined,
  { features }: Link,
): string[] {
  const lines = [
    `${countOf(ages.ticks, 'tick')} of ${countOf(ages.symbols, 'symbol')}; ${countOf(ages.repeated, 'last value')} not counted`,
  ]
  if (server) lines.push(`What the proxy has measured is of all it carries, in the last ${server.windowSeconds} s`)
  if (!features.includes('stamps')) lines.push('This proxy stamps no ticks: the hops between cannot be told apart here')
  if (aheadMs !== undefined && Math.abs(aheadMs) > OFF_MS)
    lines.push(
      `The clock of the proxy is ${formatMs(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours: ages across the two are off by as much`,
    )
  for (const { hop, negative, count } of ages.hops())
    if (negative > 0)
      lines.push(
        `${hop}: ${formatCount(negative)} of ${formatCount(count)} ticks were there before they left: the clocks disagree; next: timedatectl set-ntp true, on both machines`,
      )
  return lines
}
