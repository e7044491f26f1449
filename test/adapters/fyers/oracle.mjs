// The vendor's own package (fyers-api-v3), as it is published, in a process of its own: it keeps state in its modules, sets
// the time zone of its process, writes to the console, and dies of what it does not know. Told by messages what to do,
// each answered by one message; what its clients hear is told as it comes.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

process.on('disconnect', () => process.exit(0))

/** One message of the 50-level socket, written by the vendor's encoder from the vendor's names. */
function encodeBooks(content) {
  const { SocketMessage } = require('fyers-api-v3/tbtsocket/msg.js')
  return SocketMessage.encode(SocketMessage.fromObject(content)).finish()
}

/** What the vendor's decoder reads: its message as plain numbers, or that it throws. */
function decodeBooks(frame) {
  const { SocketMessage } = require('fyers-api-v3/tbtsocket/msg.js')
  try {
    return { message: SocketMessage.toObject(SocketMessage.decode(frame), { longs: Number }) }
  } catch {
    return { isRefused: true }
  }
}

/** The books of each message's instruments as the vendor's store has them after it. */
function keepBooks(frames) {
  const { SocketMessage } = require('fyers-api-v3/tbtsocket/msg.js')
  const { DataStore } = require('fyers-api-v3/tbtsocket/models.js')
  const store = new DataStore()
  return frames.map(frame => {
    const books = {}
    store.updateDepth(SocketMessage.decode(frame), (ticker, book) => {
      books[ticker] = structuredClone({ ...book })
    })
    return books
  })
}

/** What the vendor's parser of the price socket makes of frames after a login answer, and what it acknowledges. */
function parse(login, frames) {
  const Socket = require('fyers-api-v3/HSM_Package/hslib.js')
  const socket = new Socket()
  socket.onError = () => {}
  socket.onClose = () => {}
  // Nobody listens there; the parser is made before that is known.
  socket.connect('ws://127.0.0.1:9', 3600)
  const parser = socket.hsParser
  const sent = []
  parser.inWS = { send: bytes => sent.push(Buffer.from(bytes).toString('hex')), readyState: 1 }
  const read = frame => {
    const { buffer, byteOffset, byteLength } = frame
    try {
      return { values: parser.parseData(buffer.slice(byteOffset, byteOffset + byteLength)), sent: sent.splice(0) }
    } catch (error) {
      return { thrown: error.constructor.name, sent: sent.splice(0) }
    }
  }
  const answer = read(login)
  clearInterval(parser.intervalId)
  return { answer, frames: frames.map(read) }
}

const tell = (kind, what) => process.send({ kind, what })

/** The vendor's whole client of the price socket. It is one of a kind in its process. */
let prices
/** The vendor's clients of deep books and of orders. */
let books
let orders

function connect({ token, api, stream }) {
  require('fyers-api-v3/config/config.js').Config.HSM_SOCKET = stream
  const { axiosInstance } = require('fyers-api-v3/apiService/apiService.js')
  axiosInstance.interceptors.request.use(request => ({
    ...request,
    url: request.url.replace(/^https:\/\/[^/]+/, api),
    baseURL: undefined,
  }))
  const { fyersDataSocket } = require('fyers-api-v3')
  // The last one: no log file.
  prices = fyersDataSocket.getInstance(token, undefined, false)
  prices.on('connect', () => tell('connect'))
  prices.on('message', message => tell('message', structuredClone(message)))
  prices.on('error', message => tell('error', structuredClone(message)))
  prices.on('close', () => tell('close'))
  prices.connect()
}

function subscribe({ symbols, isBook, channel, isLite }) {
  if (isLite) prices.mode(prices.LiteMode, channel)
  prices.subscribe(symbols, isBook, channel)
}

function connectBooks({ token, stream, symbols }) {
  const Books = require('fyers-api-v3').fyersTbtSocket
  books = new Books(token, undefined, false)
  books.url = stream
  books.on('open', () => {
    books.subscribe(symbols, '1', 'depth')
    books.switchChannel([], ['1'])
    tell('open')
  })
  books.on('depth', (ticker, book) => tell('depth', { ticker, book: structuredClone({ ...book }) }))
  books.on('servererror', message => tell('servererror', message))
  books.on('error', error => tell('error', String(error?.message)))
  books.connect()
}

function connectOrders({ token, stream }) {
  require('fyers-api-v3/config/config.js').Config.Order_SOCKET = stream
  const Orders = require('fyers-api-v3').fyersOrderSocket
  orders = new Orders(token, undefined, false)
  orders.on('connect', () => orders.subscribe([orders.orderUpdates]))
  orders.on('orders', message => tell('orders', structuredClone(message)))
  orders.on('general', message => tell('general', structuredClone(message)))
  orders.on('error', error => tell('error', String(error?.message)))
  orders.connect()
}

const ORDERS = {
  encodeBooks: ({ messages }) => messages.map(encodeBooks),
  decodeBooks: ({ frames }) => frames.map(decodeBooks),
  keepBooks: ({ runs }) => runs.map(keepBooks),
  parse: ({ runs }) => runs.map(({ login, frames }) => parse(login, frames)),
  connect,
  subscribe,
  unsubscribe: ({ symbols, isBook, channel }) => prices.unsubscribe(symbols, isBook, channel),
  connectBooks,
  connectOrders,
}

process.on('message', order => {
  const answer = ORDERS[order.kind](order)
  process.send({ kind: 'answer', to: order.number, answer })
})
