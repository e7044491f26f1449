import { z } from 'zod'
import { atIndian } from '../../shared/market/india.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { readDate } from '../../shared/market/symbol.ts'
import type { Level, Tick } from '../../shared/market/tick.ts'
import { readJson } from '../../shared/words.ts'
import type { HttpAnswer, Quotes } from '../contract.ts'
import { failed, refusedWith } from './errors.ts'
import { restHeaders } from './rest.ts'
import { bySegment, segmentNumber, segmentOf, tokenOf } from './segment.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

const number = z.number().optional().catch(undefined)
const words = z.string().catch('')

const level = z.object({ price: z.number(), quantity: z.number(), orders: number })
const levels = z.array(level).catch([])

/** An instrument in the answer, mode FULL; the shorter modes lack the rest. Rupees, not paise as on the stream. */
const quote = z.looseObject({
  exchange: z.string(),
  symbolToken: z.coerce.string(),
  ltp: number,
  open: number,
  high: number,
  low: number,
  close: number,
  lastTradeQty: number,
  avgPrice: number,
  tradeVolume: number,
  opnInterest: number,
  lowerCircuit: number,
  upperCircuit: number,
  totBuyQuan: number,
  totSellQuan: number,
  exchFeedTime: words,
  exchTradeTime: words,
  depth: z.object({ buy: levels, sell: levels }).optional().catch(undefined),
})

type Quote = z.infer<typeof quote>

const answered = z.object({ data: z.object({ fetched: z.array(z.unknown()) }) })

/** `POST /market/v1/quote`: SmartAPI documentation, "Live Market Data". One a second is what all its limits agree on. */
export const quotes: Quotes<Settings, Ticket> = {
  instrumentsPerRequest: 50,
  pauseMs: 1000,
  mode: 'DEPTH',

  request({ api_url }, { api_key, jwt_token }, instruments) {
    const exchangeTokens = Object.fromEntries(
      [...bySegment(instruments.map(({ token }) => token))].map(([segment, numbers]) => [
        segmentOf(segment)?.name ?? '',
        numbers,
      ]),
    )
    return {
      method: 'POST',
      url: `${api_url}/rest/secure/angelbroking/market/v1/quote`,
      headers: restHeaders(api_key, jwt_token),
      body: JSON.stringify({ mode: 'FULL', exchangeTokens }),
    }
  },

  parse(answer, instruments, receivedAt) {
    const asked = new Map(instruments.map(one => [one.token, one]))
    return readQuotes(answer).flatMap(one => {
      const segment = segmentNumber(one.exchange)
      const instrument = segment === undefined ? undefined : asked.get(tokenOf(segment, one.symbolToken))
      return instrument ? [{ instrument, tick: toTick(one, instrument, Math.floor(receivedAt / 1000)) }] : []
    })
  },
}

function readQuotes({ status, body }: HttpAnswer): readonly Quote[] {
  const text = new TextDecoder().decode(body)
  const refused = refusedWith('the quotes', { status, body: text })
  if (refused) throw refused
  const parsed = answered.safeParse(readJson(text))
  if (!parsed.success) throw failed('BROKER_REFUSED', 'Angel One answered the quotes without data.fetched')
  return parsed.data.data.fetched.flatMap(one => {
    const read = quote.safeParse(one)
    return read.success ? [read.data] : []
  })
}

function toTick(one: Quote, { kind }: Instrument, now: number): Tick {
  const exchangeTime = readTime(one.exchFeedTime)
  const isIndex = kind === 'INDEX'
  const quantity = isIndex ? some : all
  const interest = kind === 'EQ' || isIndex ? undefined : one.opnInterest
  return {
    ...some('ltp', one.ltp),
    ...(exchangeTime === undefined ? { timestamp: now, isStampedHere: true } : { timestamp: exchangeTime }),
    mode: one.depth ? 'DEPTH' : 'LTP',
    ...some('lastTradeTime', readTime(one.exchTradeTime)),
    ...some('open', one.open),
    ...some('high', one.high),
    ...some('low', one.low),
    ...some('previousClose', one.close),
    ...quantity('volume', one.tradeVolume),
    ...quantity('lastQuantity', one.lastTradeQty),
    ...some('averagePrice', one.avgPrice),
    ...all('openInterest', interest),
    ...quantity('totalBuyQuantity', one.totBuyQuan),
    ...quantity('totalSellQuantity', one.totSellQuan),
    ...some('upperCircuit', one.upperCircuit),
    ...some('lowerCircuit', one.lowerCircuit),
    ...(one.depth && !isIndex && { book: { buy: side(one.depth.buy), sell: side(one.depth.sell) } }),
  }
}

type Field = Exclude<keyof Tick, 'book' | 'mode' | 'isStampedHere' | 'isPolled' | 'timestamp'>
type Fields = Partial<Record<Field, number>>

/** Where 0 says that there is none. */
const some = (field: Field, value: number | undefined): Fields => (value ? { [field]: value } : {})

const all = (field: Field, value: number | undefined): Fields => (value === undefined ? {} : { [field]: value })

const side = (found: z.infer<typeof levels>): readonly Level[] =>
  found
    .filter(({ price, quantity }) => price !== 0 && quantity !== 0)
    .map(({ price, quantity, orders }) => ({ price, quantity, ...(orders !== undefined && { orders }) }))

/** `15-Apr-2026 14:23:53`, in India. What was never traded says 1970. */
function readTime(text: string): number | undefined {
  const [, day, hours, minutes, seconds] = /^(\d{2}-[A-Za-z]{3}-\d{4}) (\d{2}):(\d{2}):(\d{2})$/.exec(text) ?? []
  const date = day === undefined ? undefined : readDate(day)
  if (date === undefined || date < '2000') return undefined
  return atIndian(date, Number(hours) * 60 + Number(minutes)) + Number(seconds) * 1000
}
