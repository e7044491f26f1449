import { messageField, numberField, textField, wrapperField } from './protobuf.ts'

/** A message of the 50-level socket, by the vendor's `msg.proto` 1.0.0. What is left out stays out. */
export interface BooksMessage {
  /** 6: depth; 8: response. */
  readonly type?: number
  readonly feeds?: readonly BooksFeed[]
  readonly snapshot?: boolean
  readonly msg?: string
  readonly error?: boolean
}

export interface BooksFeed {
  /** Of the map: a ticker or a fytoken. */
  readonly key?: string
  readonly ticker?: string
  readonly token?: string
  readonly sequence?: number
  readonly snapshot?: boolean
  /** Seconds since 1970. */
  readonly feedTime?: number
  readonly sendTime?: number
  readonly depth?: {
    readonly tbq?: number
    readonly tsq?: number
    readonly asks?: readonly BooksLevel[]
    readonly bids?: readonly BooksLevel[]
  }
}

export interface BooksLevel {
  /** Hundredths of a rupee. */
  readonly price?: number
  readonly qty?: number
  /** Number of orders. */
  readonly nord?: number
  readonly num?: number
}

/** Fields in the order of their numbers, as the server's own encoder writes them. */
export const booksMessage = ({ type, feeds = [], snapshot, msg, error }: BooksMessage): Buffer =>
  Buffer.concat([
    numberField(1, type),
    ...feeds.map(feed => messageField(2, [textField(1, feed.key), messageField(2, [booksFeed(feed)])])),
    numberField(3, snapshot),
    textField(4, msg),
    numberField(5, error),
  ])

const booksFeed = ({ depth, feedTime, sendTime, token, sequence, snapshot, ticker }: BooksFeed): Buffer =>
  Buffer.concat([
    messageField(
      5,
      depth && [
        wrapperField(1, depth.tbq),
        wrapperField(2, depth.tsq),
        ...(depth.asks ?? []).map(level => messageField(3, [booksLevel(level)])),
        ...(depth.bids ?? []).map(level => messageField(4, [booksLevel(level)])),
      ],
    ),
    wrapperField(6, feedTime),
    wrapperField(7, sendTime),
    textField(8, token),
    numberField(9, sequence),
    numberField(10, snapshot),
    textField(11, ticker),
  ])

const booksLevel = ({ price, qty, nord, num }: BooksLevel): Buffer =>
  Buffer.concat([wrapperField(1, price), wrapperField(2, qty), wrapperField(3, nord), wrapperField(4, num)])
