import type { TickHeader } from '../../../bus/message.ts'
import { type Frame, Tick } from '../../../proxy/fanout/frame.ts'
import { Variant } from '../../../proxy/fanout/variant.ts'
import { type Variation, variationKey } from '../../../proxy/variation/variant.ts'
import { textMessage } from '../../../proxy/websocket.ts'
import { formatFrame, frameTemplate } from '../../../shared/market/frame.ts'
import { formatTopic, type TopicParts } from '../../../shared/market/topic.ts'
import { parseFrames } from '../../support/clientraw.ts'

export const PLAIN: Variation = { symbol: undefined, fields: undefined, seq: false, count: false }

const partsOf = (symbol: string): TopicParts => ({ feed: 'TESTFEED', exchange: 'NSE', symbol, mode: 'LTP' })

export const servedOf = (symbol: string) => {
  const parts = partsOf(symbol)
  return { parts, topic: formatTopic(parts), broker: 'testbroker' }
}

export const variantOf = (symbol: string, variation: Partial<Variation> = {}): Variant => {
  const whole = { ...PLAIN, ...variation }
  return new Variant(servedOf(symbol), whole, variationKey(whole))
}

/** Header and payload of one tick of a symbol, as they come from the bus. */
export function tickOf(symbol: string, ltp: number, header: Partial<TickHeader> & { sequence: number }) {
  const template = frameTemplate(partsOf(symbol), 'testbroker')
  const { symbolAt, dataSymbolAt, symbolLength } = template
  const rest = { snapshot: false, position: false, kept: false, epoch: 1, receivedAt: header.sequence }
  return {
    header: { ...rest, symbolAt, dataSymbolAt, symbolLength, ...header },
    payload: Buffer.from(formatFrame(template, { ltp, timestamp: 1 })),
  }
}

/** Makes frames of one topic, numbered from 1. */
export function tickMaker(variant: Variant): (ltp: number) => Frame {
  let sequence = 0
  return ltp => {
    const { header, payload } = tickOf(variant.served.parts.symbol, ltp, { sequence: ++sequence })
    return variant.frame(new Tick(header, textMessage(payload)), 1)
  }
}

/** What stands in some bytes that were written: `SYMBOL PRICE` for a tick, everything else as it is. */
export function readable(bytes: string): string[] {
  return parseFrames(Buffer.from(bytes, 'latin1')).map(({ text }) => show(text))
}

function show(text: string): string {
  if (!text.startsWith('{') && !text.startsWith('[')) return text
  const message = JSON.parse(text)
  if (Array.isArray(message)) return `[${message.map(one => show(JSON.stringify(one))).join(', ')}]`
  if (message.type !== 'market_data') return text
  return [message.symbol, message.data.ltp, ...(message.count > 1 ? [`x${message.count}`] : [])].join(' ')
}
