import { z } from 'zod'
import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { Book, Level, Tick } from '../../shared/market/tick.ts'
import { readJson } from '../../shared/words.ts'
import type { HttpAnswer, Quotes } from '../contract.ts'
import { failed, refusal } from './errors.ts'
import { hasOpenInterest, segmentOf } from './segment.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

/** Kite calls instruments by its own exchange and symbol here; GIFT NIFTY is the one index of the world that moves. */
const EXCHANGES: Readonly<Partial<Record<Exchange, string>>> = {
  NSE_INDEX: 'NSE',
  BSE_INDEX: 'BSE',
  MCX_INDEX: 'MCX',
  GLOBAL_INDEX: 'NSEIX',
}

const number = z.number().optional().catch(undefined)
const level = z.object({ price: z.number(), quantity: z.number(), orders: z.number() })
const levels = z.array(level).catch([])

/** `GET /quote`: Kite Connect 3 documentation, "Market quotes and instruments". Rupees; times in India without a zone. */
const quote = z.object({
  instrument_token: z.number(),
  timestamp: z.string().optional().catch(undefined),
  last_trade_time: z.string().optional().catch(undefined),
  last_price: number,
  last_quantity: number,
  average_price: number,
  volume: number,
  buy_quantity: number,
  sell_quantity: number,
  oi: number,
  lower_circuit_limit: number,
  upper_circuit_limit: number,
  ohlc: z.object({ open: number, high: number, low: number, close: number }).optional().catch(undefined),
  depth: z.object({ buy: levels, sell: levels }).optional().catch(undefined),
})

type Quote = z.infer<typeof quote>

const answered = z.object({ status: z.literal('success'), data: z.record(z.string(), z.unknown()) })

export const quotes: Quotes<Settings, Ticket> = {
  // 500 are allowed; the address is as long as their names.
  instrumentsPerRequest: 250,
  pauseMs: 1000,
  mode: 'DEPTH',

  request({ api_url }, { api_key, access_token }, instruments) {
    const query = new URLSearchParams()
    for (const { exchange, brokerSymbol } of instruments)
      query.append('i', `${EXCHANGES[exchange] ?? exchange}:${brokerSymbol}`)
    return {
      method: 'GET',
      url: `${api_url}/quote?${query.toString()}`,
      headers: { 'X-Kite-Version': '3', Authorization: `token ${api_key}:${access_token}` },
    }
  },

  parse(answer, instruments, receivedAt) {
    const byToken = new Map(Object.values(readAnswer(answer)).flatMap(one => readQuote(one)))
    return instruments.flatMap(instrument => {
      const one = byToken.get(instrument.token)
      return one ? [{ instrument, tick: tickOf(one, instrument, Math.floor(receivedAt / 1000)) }] : []
    })
  },
}

function readAnswer({ status, body }: HttpAnswer): Readonly<Record<string, unknown>> {
  const text = new TextDecoder().decode(body)
  const parsed = answered.safeParse(readJson(text))
  if (status === 200 && parsed.success) return parsed.data.data
  if (status !== 200 || text.includes('"error_type"')) throw refusal('the quotes', { status, body: text })
  throw failed('BROKER_REFUSED', 'Kite answered a request for quotes with something else')
}

/** By the token, which stays when a name changes. */
function readQuote(said: unknown): [string, Quote][] {
  const parsed = quote.safeParse(said)
  return parsed.success ? [[String(parsed.data.instrument_token), parsed.data]] : []
}

/** Before the first trade of a day Kite says 0 where there is no price. */
function tickOf(said: Quote, { token, kind }: Instrument, now: number): Tick {
  const price = (value: number | undefined) => (value === 0 ? undefined : value)
  const timestamp = instant(said.timestamp)
  const hasBook = kind !== 'INDEX' && said.depth !== undefined
  const tick: { [Field in keyof Tick]: Tick[Field] | undefined } = {
    ltp: price(said.last_price),
    timestamp: timestamp ?? now,
    isStampedHere: timestamp === undefined ? true : undefined,
    isPolled: true,
    mode: said.depth ? 'DEPTH' : 'QUOTE',
    lastTradeTime: instant(said.last_trade_time),
    open: price(said.ohlc?.open),
    high: price(said.ohlc?.high),
    low: price(said.ohlc?.low),
    previousClose: price(said.ohlc?.close),
    averagePrice: price(said.average_price),
    upperCircuit: price(said.upper_circuit_limit),
    lowerCircuit: price(said.lower_circuit_limit),
    ...(kind !== 'INDEX' && {
      volume: said.volume,
      lastQuantity: said.last_quantity,
      totalBuyQuantity: said.buy_quantity,
      totalSellQuantity: said.sell_quantity,
      openInterest: hasOpenInterest(segmentOf(Number(token))) ? said.oi : price(said.oi),
    }),
    book: hasBook ? bookOf(said.depth) : undefined,
  }
  return defined(tick)
}

const bookOf = (depth: Quote['depth']): Book => ({ buy: readLevels(depth?.buy), sell: readLevels(depth?.sell) })

/** One without a price or a quantity is none. */
const readLevels = (side: readonly Required<Level>[] = []): Level[] =>
  side.filter(({ price, quantity }) => price !== 0 && quantity !== 0)

const defined = (tick: { [Field in keyof Tick]: Tick[Field] | undefined }): Tick =>
  Object.fromEntries(Object.entries(tick).filter(([, value]) => value !== undefined)) as unknown as Tick

/** `2026-11-21 15:29:59` in India; nothing for no time (Kite: 1970, or year 1). */
function instant(text: string | undefined): number | undefined {
  const [, day, time] = /^(20\d\d-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text ?? '') ?? []
  const at = Date.parse(`${day}T${time}+05:30`)
  return Number.isNaN(at) ? undefined : at
}
