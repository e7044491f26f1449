import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tickerOf } from '../../../adapters/fyers/ticker.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Level, Tick } from '../../../shared/market/tick.ts'
import { FyersEmulator } from '../../emulators/fyers/server.ts'
import { listOf, logIn, Peer } from '../../support/fyerspeer.ts'
import { holds } from '../../support/holds.ts'
import { Oracle, type TheirBook } from './oracle.ts'

let emulator: FyersEmulator
let oracle: Oracle
let peer: Peer
let list: ReadonlyMap<string, Instrument>
let token: string

beforeEach(async () => {
  emulator = await FyersEmulator.start({ tickMs: 25, recorded: false, connectionLimit: 9 })
  const ticket = await logIn(emulator)
  token = `${ticket.app_id}:${ticket.access_token}`
  list = await listOf(emulator)
  oracle = new Oracle()
  peer = new Peer(emulator, ticket)
})

afterEach(async () => {
  oracle.close()
  peer.close()
  await emulator.close()
})

/** A message of the vendor's client: everything it knows of a topic. */
type Message = Readonly<Record<string, string | number>>

const FIVE = [1, 2, 3, 4, 5]

const messagesOf = (symbol: string, type: string): readonly Message[] =>
  oracle.heard<Message>('message').filter(one => one.symbol === symbol && one.type === type)

/** The fields of a price that it tells rightly: circuits it has as 0, open interest and the year not at all. */
const NAMES: Readonly<Record<string, keyof Tick>> = {
  ltp: 'ltp',
  open_price: 'open',
  high_price: 'high',
  low_price: 'low',
  prev_close_price: 'previousClose',
  avg_trade_price: 'averagePrice',
  vol_traded_today: 'volume',
  last_traded_qty: 'lastQuantity',
  tot_buy_qty: 'totalBuyQuantity',
  tot_sell_qty: 'totalSellQuantity',
}

/** Theirs in our words; seconds become milliseconds. */
function tickOf(message: Message | undefined) {
  const known = Object.entries(NAMES).filter(([name]) => message?.[name] !== undefined)
  return {
    ...Object.fromEntries(known.map(([name, field]) => [field, message?.[name]])),
    ...(message?.last_traded_time === undefined ? {} : { lastTradeTime: Number(message.last_traded_time) * 1000 }),
  }
}

const levels = (message: Message | undefined, name: 'bid' | 'ask'): readonly Level[] =>
  FIVE.map(n => ({
    price: Number(message?.[`${name}_price${n}`]),
    quantity: Number(message?.[`${name}_size${n}`]),
    orders: Number(message?.[`${name}_order${n}`]),
  }))

const picked = (tick: Tick | undefined, like: object) =>
  Object.fromEntries(Object.keys(like).map(name => [name, tick?.[name as keyof Tick]]))

function instrument(key: string): Instrument {
  const found = list.get(key)
  if (!found) throw new RangeError(`${key} is not in the list`)
  return found
}

/** Their whole client, logged in. */
async function connect(): Promise<void> {
  await oracle.connect({ token, api: emulator.apiUrl, stream: emulator.streamUrl })
  await holds(() => expect(oracle.heard('connect')).toHaveLength(1))
}

describe("the vendor's whole client and the adapter, side by side", () => {
  const keys = ['NSE:TCS', 'BSE:ITC', 'NFO:NIFTY', 'MCX:CRUDEOIL', 'NSE_INDEX:NIFTY', 'BSE_INDEX:SENSEX']

  it('know the same of shares, contracts and indices', async () => {
    const instruments = keys.map(key =>
      /^(NFO|MCX)/.test(key)
        ? [...list.values()].find(one => one.kind === 'FUT' && `${one.exchange}:${one.name}` === key)
        : list.get(key),
    )
    const wanted = instruments.filter(one => one !== undefined)
    expect(wanted).toHaveLength(keys.length)
    await connect()
    const main = peer.open()
    await holds(() => expect(peer.heard('ready')).toBe(true))
    main.want(wanted, 'QUOTE')
    await oracle.subscribe(wanted.map(tickerOf))
    const typeOf = ({ kind }: Instrument) => (kind === 'INDEX' ? 'if' : 'sf')
    await holds(() => {
      for (const one of wanted) expect(messagesOf(tickerOf(one), typeOf(one)).length).toBeGreaterThan(20)
    })
    emulator.stand()
    await holds(() => {
      for (const one of wanted) {
        const theirs = tickOf(messagesOf(tickerOf(one), typeOf(one)).at(-1))
        expect(Object.keys(theirs).length).toBeGreaterThan(one.kind === 'INDEX' ? 4 : 10)
        expect(picked(peer.ticks.get(one.token), theirs)).toEqual(theirs)
      }
    })
    expect(oracle.heard('error')).toEqual([])
    const [theirs, mine] = emulator.prices.connections
    // Both acknowledge what the login asked for, in the same numbers.
    expect(theirs?.acknowledged.slice(0, 5)).toEqual([2, 4, 6, 8, 10])
    expect(mine?.acknowledged.slice(0, 5)).toEqual([2, 4, 6, 8, 10])
  })

  it('know the same book of five levels', async () => {
    const tcs = instrument('NSE:TCS')
    await connect()
    const main = peer.open()
    await holds(() => expect(peer.heard('ready')).toBe(true))
    main.want([tcs], 'DEPTH')
    await oracle.subscribe(['NSE:TCS-EQ'], { isBook: true })
    await holds(() => expect(messagesOf('NSE:TCS-EQ', 'dp').length).toBeGreaterThan(20))
    emulator.stand()
    await holds(() => {
      const theirs = messagesOf('NSE:TCS-EQ', 'dp').at(-1)
      expect(peer.ticks.get(tcs.token)?.book).toEqual({ buy: levels(theirs, 'bid'), sell: levels(theirs, 'ask') })
    })
  })

  it('know the same last price in lite mode', async () => {
    const tcs = instrument('NSE:TCS')
    await connect()
    const main = peer.open()
    await holds(() => expect(peer.heard('ready')).toBe(true))
    main.want([tcs], 'LTP')
    await oracle.subscribe(['NSE:TCS-EQ'], { isLite: true })
    await holds(() => expect(messagesOf('NSE:TCS-EQ', 'sf').length).toBeGreaterThan(10))
    emulator.stand()
    await holds(() => expect(peer.ticks.get(tcs.token)?.ltp).toBe(messagesOf('NSE:TCS-EQ', 'sf').at(-1)?.ltp))
  })

  it('know the same book of fifty levels', async () => {
    const tcs = instrument('NSE:TCS')
    await oracle.connectBooks({ token, stream: emulator.booksUrl, symbols: ['NSE:TCS-EQ'] })
    const main = peer.open()
    const deep = peer.open('books')
    await holds(() => expect(peer.heard('ready')).toBe(true))
    main.want([tcs], 'BOOK50')
    deep.want([tcs], 'BOOK50')
    const books = () => oracle.heard<{ book: TheirBook }>('depth')
    await holds(() => expect(books().length).toBeGreaterThan(20))
    emulator.stand()
    await holds(() => {
      const their = books().at(-1)?.book
      const side = (
        prices: readonly number[] = [],
        quantities: readonly number[] = [],
        orders: readonly number[] = [],
      ) => prices.map((price, at) => ({ price, quantity: quantities[at], orders: orders[at] }))
      expect(peer.ticks.get(tcs.token)?.book).toEqual({
        buy: side(their?.bidprice, their?.bidqty, their?.bidordn),
        sell: side(their?.askprice, their?.askqty, their?.askordn),
      })
    })
    expect(peer.ticks.get(tcs.token)?.book?.buy).toHaveLength(50)
  })

  it('hear of the same order', async () => {
    await oracle.connectOrders({ token, stream: emulator.ordersUrl })
    peer.open('orders')
    await holds(() => expect(emulator.orders.open.filter(one => one.subscribed.has('orders'))).toHaveLength(2))
    emulator.faults.order({ qty: 7, qty_filled: 5, qty_remaining: 2, ord_status: 6, price_limit: 959.5 })
    await holds(() => expect(oracle.heard('orders')).toHaveLength(1))
    await holds(() => expect(peer.heard('order')).toBe(true))
    const [{ orders: theirs } = { orders: {} }] = oracle.heard<{ orders: Message }>('orders')
    const mine = peer.signals.flatMap(signal => (signal.kind === 'order' ? [signal.order] : []))[0]
    expect(mine).toMatchObject({
      orderId: theirs.id,
      quantity: theirs.qty,
      filledQuantity: theirs.filledQty,
      pendingQuantity: theirs.remainingQuantity,
      price: theirs.limitPrice,
      averagePrice: theirs.tradedPrice,
      product: theirs.productType,
    })
  })
})
