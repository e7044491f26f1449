import { Fields } from './protobuf.ts'

/** One message of the 50-level socket. Field numbers: the vendor's `msg.proto` 1.0.0, message SocketMessage. */
export interface TbtMessage {
  readonly type: number
  readonly feeds: readonly TbtFeed[]
  readonly isSnapshot: boolean
  readonly text: string
  readonly isError: boolean
}

/** What a message says of one instrument: MarketFeed, as far as the mode `depth` fills it. */
export interface TbtFeed {
  /** A ticker or a number of the broker's: both were seen. */
  readonly key: string
  /** Empty, like the two after it, where the message leaves it out. */
  readonly ticker: string
  readonly fyToken: string
  readonly sequence: number
  readonly isSnapshot: boolean
  /** Seconds since 1970. */
  readonly feedTime?: number
  readonly depth?: TbtDepth
}

export interface TbtDepth {
  readonly totalBuyQuantity?: number
  readonly totalSellQuantity?: number
  readonly asks: readonly TbtLevel[]
  readonly bids: readonly TbtLevel[]
}

/** What is left out is as before; what is 0 is 0. */
export interface TbtLevel {
  /** Hundredths of a rupee. */
  readonly price?: number
  readonly quantity?: number
  readonly orders?: number
  /** Its place in the book. */
  readonly number?: number
}

type Draft<Whole> = { -readonly [Field in keyof Whole]: Whole[Field] }

/** Type `response`: the server speaks of a request. */
export const RESPONSE = 8

/** `undefined` for bytes that are no such message, or are cut. */
export function readMessage(bytes: Uint8Array): TbtMessage | undefined {
  const fields = new Fields(bytes)
  const message: Draft<TbtMessage> = { type: 0, feeds: [], isSnapshot: false, text: '', isError: false }
  const feeds: TbtFeed[] = []
  while (fields.next()) {
    if (fields.varint === 1) message.type = fields.uint32
    else if (fields.bytes === 2) feeds.push(readEntry(fields.message))
    else if (fields.varint === 3) message.isSnapshot = fields.uint32 !== 0
    else if (fields.bytes === 4) message.text = fields.text
    else if (fields.varint === 5) message.isError = fields.uint32 !== 0
  }
  message.feeds = feeds
  return fields.isMalformed ? undefined : message
}

/** An entry of the map: its key, its value, in whatever order. */
function readEntry(fields: Fields): TbtFeed {
  let key = ''
  let feed: TbtFeed = NO_FEED
  while (fields.next()) {
    if (fields.bytes === 1) key = fields.text
    else if (fields.bytes === 2) feed = readFeed(fields.message)
  }
  return { ...feed, key }
}

const NO_FEED: TbtFeed = { key: '', ticker: '', fyToken: '', sequence: 0, isSnapshot: false }

function readFeed(fields: Fields): TbtFeed {
  const feed: Draft<TbtFeed> = { ...NO_FEED }
  while (fields.next()) {
    if (fields.bytes === 5) feed.depth = readDepth(fields.message)
    else if (fields.bytes === 6) feed.feedTime = readNumber(fields.message, 'uint64')
    else if (fields.bytes === 8) feed.fyToken = fields.text
    else if (fields.varint === 9) feed.sequence = fields.uint64
    else if (fields.varint === 10) feed.isSnapshot = fields.uint32 !== 0
    else if (fields.bytes === 11) feed.ticker = fields.text
  }
  return feed
}

function readDepth(fields: Fields): TbtDepth {
  const asks: TbtLevel[] = []
  const bids: TbtLevel[] = []
  const depth: Draft<TbtDepth> = { asks, bids }
  while (fields.next()) {
    if (fields.bytes === 1) depth.totalBuyQuantity = readNumber(fields.message, 'uint64')
    else if (fields.bytes === 2) depth.totalSellQuantity = readNumber(fields.message, 'uint64')
    else if (fields.bytes === 3) asks.push(readLevel(fields.message))
    else if (fields.bytes === 4) bids.push(readLevel(fields.message))
  }
  return depth
}

function readLevel(fields: Fields): TbtLevel {
  const level: Draft<TbtLevel> = {}
  while (fields.next()) {
    if (fields.bytes === 1) level.price = readNumber(fields.message, 'int64')
    else if (fields.bytes === 2) level.quantity = readNumber(fields.message, 'uint32')
    else if (fields.bytes === 3) level.orders = readNumber(fields.message, 'uint32')
    else if (fields.bytes === 4) level.number = readNumber(fields.message, 'uint32')
  }
  return level
}

/** A wrapper (Int64Value and its kind): that it is there says that there is a value; empty, it is 0. */
function readNumber(fields: Fields, as: 'int64' | 'uint64' | 'uint32'): number {
  let value = 0
  while (fields.next()) if (fields.varint === 1) value = fields[as]
  return value
}
