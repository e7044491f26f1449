import { z } from 'zod'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { Tick } from '../../shared/market/tick.ts'
import { readJson } from '../../shared/words.ts'
import type { HttpAnswer, Quotes } from '../contract.ts'
import { failed, readFailure, refusal } from './errors.ts'
import type { Settings } from './settings.ts'
import { tickerOf } from './ticker.ts'
import { authorization, type Ticket } from './ticket.ts'

/** Rupees; 0 is none, and a future may have settled below it. Some of them come as texts. */
const price = z.coerce
  .number()
  .refine(value => value !== 0)
  .optional()
  .catch(undefined)
/** What is empty is absent, and never 0. */
const quantity = z
  .preprocess(
    value => (value === null || value === '' ? undefined : value),
    z.coerce.number().int().nonnegative().optional(),
  )
  .catch(undefined)

/** `GET /data/quotes`: Fyers API v3 documentation, "Quotes". A symbol that is not known has `"s": "error"` of its own. */
const entry = z.object({
  n: z.string(),
  s: z.literal('ok'),
  v: z.object({
    lp: price,
    open_price: price,
    high_price: price,
    low_price: price,
    prev_close_price: price,
    atp: price,
    volume: quantity,
    /** Epoch seconds, as text. */
    tt: z.coerce.number().int().positive().optional().catch(undefined),
  }),
})

const answerShape = z.object({ s: z.literal('ok'), d: z.array(z.unknown()) })

/** 10 requests a second and 200 a minute, of everything that the app asks; a third breach locks it for the day. */
export const quotes: Quotes<Settings, Ticket> = {
  instrumentsPerRequest: 50,
  pauseMs: 400,
  mode: 'QUOTE',

  request: ({ api_url }, ticket, instruments) => ({
    method: 'GET',
    url: `${api_url}/data/quotes?symbols=${instruments.map(one => encodeURIComponent(tickerOf(one))).join(',')}`,
    headers: { Authorization: authorization(ticket) },
  }),

  parse(answer, instruments, receivedAt) {
    const byTicker = new Map(instruments.map(one => [tickerOf(one), one]))
    return readEntries(answer).flatMap(sent => {
      const { data } = entry.safeParse(sent)
      const instrument: Instrument | undefined = data && byTicker.get(data.n)
      return data && instrument ? [{ instrument, tick: readTick(data.v, receivedAt) }] : []
    })
  },
}

function readEntries({ status, body }: HttpAnswer): readonly unknown[] {
  const text = new TextDecoder().decode(body)
  if (status !== 200 || readFailure(text)) throw refusal('the quotes', { status, body: text })
  const parsed = answerShape.safeParse(readJson(text))
  if (parsed.success) return parsed.data.d
  throw failed('BROKER_REFUSED', 'Fyers answered the quotes with something else')
}

/** Best prices come without quantities, which are no levels, and are left. */
function readTick({ lp, tt, volume, ...prices }: z.infer<typeof entry>['v'], receivedAt: number): Tick {
  const { open_price, high_price, low_price, prev_close_price, atp } = prices
  return {
    ...(lp !== undefined && { ltp: lp }),
    ...(tt === undefined
      ? { timestamp: Math.floor(receivedAt / 1000), isStampedHere: true }
      : { timestamp: tt * 1000 }),
    mode: 'QUOTE',
    ...(open_price !== undefined && { open: open_price }),
    ...(high_price !== undefined && { high: high_price }),
    ...(low_price !== undefined && { low: low_price }),
    ...(prev_close_price !== undefined && { previousClose: prev_close_price }),
    ...(atp !== undefined && { averagePrice: atp }),
    ...(volume !== undefined && { volume }),
  }
}
