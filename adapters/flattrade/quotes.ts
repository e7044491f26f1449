import type { Instrument } from '../../shared/market/instrument.ts'
import type { Level, LevelPart, Tick, TickPart } from '../../shared/market/tick.ts'
import { readJson } from '../../shared/words.ts'
import type { HttpAnswer, Quotes } from '../contract.ts'
import { sent } from './decimal.ts'
import { failed, isRefusal, refusal } from './errors.ts'
import { type Fields, readFields } from './fields.ts'
import type { Settings } from './settings.ts'
import type { Ticket } from './ticket.ts'

/** `POST /GetQuotes`: PiConnect documentation, "Get quotes". The body is no form: its values are not escaped. */
export const quotes: Quotes<Settings, Ticket> = {
  instrumentsPerRequest: 1,
  // 200 a minute are published for everything the account asks; a live one was refused at 120.
  pauseMs: 600,
  mode: 'DEPTH',

  request({ api_url }, { user_id, token }, instruments) {
    const [exch = '', scrip = ''] = instruments[0]?.token.split('|') ?? []
    return {
      method: 'POST',
      url: `${api_url}/GetQuotes`,
      headers: { 'Content-Type': 'text/plain' },
      body: `jData=${JSON.stringify({ uid: user_id, exch, token: scrip })}&jKey=${token}`,
    }
  },

  parse(answer, instruments, receivedAt) {
    const fields = readAnswer(answer)
    const [instrument] = instruments
    if (!fields || !instrument || !isOf(fields, instrument)) return []
    const now = Math.floor(receivedAt / 1000)
    const part = readFields(fields, instrument.token.split('|')[0] ?? '', now, () => {})
    return [{ instrument, tick: tickOf(part, now) }]
  },
}

/** Nothing when the broker has no data of the instrument. Throws for every other refusal. */
function readAnswer({ status, body }: HttpAnswer): Fields | undefined {
  const text = new TextDecoder().decode(body)
  if (status !== 200 || isRefusal(text)) {
    if (status === 200 && /no data/i.test(text)) return undefined
    throw refusal('the quotes', { status, body: text })
  }
  const fields = readJson(text)
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw failed('BROKER_REFUSED', 'Flattrade answered the quotes with something that is no quote')
  // The last key of the documented answer is written `So5`.
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
}

/** An answer to another question must not become a price of this instrument. */
function isOf(fields: Fields, instrument: Instrument): boolean {
  const [exchange, token] = [sent(fields.exch), sent(fields.token)]
  return (exchange === undefined && token === undefined) || `${exchange}|${token}` === instrument.token
}

function tickOf({ buy, sell, timestamp, ...part }: TickPart, now: number): Tick {
  const known = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null))
  return {
    ...known,
    ...(typeof timestamp === 'number' ? { timestamp } : { timestamp: now, isStampedHere: true }),
    isPolled: true,
    mode: 'DEPTH',
    ...((buy || sell) && { book: { buy: levels(buy), sell: levels(sell) } }),
  }
}

/** An empty best place is an empty side. */
function levels(side: TickPart['buy'] = []): readonly Level[] {
  const end = side.findIndex(one => !isLevel(one))
  return side.slice(0, end === -1 ? side.length : end).filter(isLevel)
}

const isLevel = (level: LevelPart | undefined): level is Level => !!level?.price && !!level.quantity
