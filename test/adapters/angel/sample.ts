import type { Frame } from '../../../adapters/contract.ts'
import type { SessionSample } from '../../contracts/session.ts'
import { packet } from '../../emulators/angel/packet.ts'

const row = (token: string, symbol: string, name: string, exch_seg: string, more: object = {}) => ({
  token,
  symbol,
  name,
  expiry: '',
  strike: '-1.000000',
  lotsize: '1',
  instrumenttype: '',
  exch_seg,
  tick_size: '5.000000',
  ...more,
})

const ROWS = [
  row('1594', 'INFY-EQ', 'INFY', 'NSE'),
  row('1594', 'INFY', 'INFY', 'BSE'),
  row('99926000', 'Nifty 50', 'NIFTY', 'NSE', { instrumenttype: 'AMXIDX', strike: '0.000000', tick_size: '0.000000' }),
  row('51714', 'NIFTY29DEC26FUT', 'NIFTY', 'NFO', { instrumenttype: 'FUTIDX', expiry: '29DEC2026', lotsize: '65' }),
  row('52000', 'NIFTY01DEC2624800CE', 'NIFTY', 'NFO', {
    instrumenttype: 'OPTIDX',
    expiry: '01DEC2026',
    strike: '2480000.000000',
    lotsize: '65',
  }),
  row('1594', 'USDINR26DECFUT', 'USDINR', 'CDS', {
    instrumenttype: 'FUTCUR',
    expiry: '29DEC2026',
    tick_size: '25000.000000',
  }),
  row('466583', 'CRUDEOIL26DECFUT', 'CRUDEOIL', 'MCX', { instrumenttype: 'FUTCOM', expiry: '18DEC2026' }),
]

const level = (flag: number) => (place: number) => ({
  flag,
  price: flag === 1 ? 157_310 - 5 * place : 157_320 + 5 * place,
  quantity: 65,
  orders: 3,
})
const PLACES = [0, 1, 2, 3, 4]

const infy = {
  segment: 1,
  token: '1594',
  sequence: 1_007_544,
  time: 1_795_220_410_000,
  price: 157_315,
  lastQuantity: 5,
  average: 157_000,
  volume: 1000,
  totalBuy: 10,
  totalSell: 20,
  open: 157_000,
  high: 158_000,
  low: 156_000,
  close: 156_500,
  lastTradeTime: 1_795_220_409,
  openInterest: 81_872_000,
  openInterestChange: 1.838,
  five: [...PLACES.map(level(1)), ...PLACES.map(level(0))],
  upperCircuit: 172_000,
  lowerCircuit: 141_000,
  buy: Array.from({ length: 20 }, (_, place) => level(1)(place)),
  sell: Array.from({ length: 20 }, (_, place) => level(0)(place)),
}

const order = {
  'user-id': 'A123456',
  'status-code': '200',
  'order-status': 'AB05',
  'error-message': '',
  orderData: {
    orderid: '241226000790638',
    ordertype: 'LIMIT',
    producttype: 'DELIVERY',
    tradingsymbol: 'INFY-EQ',
    transactiontype: 'BUY',
    exchange: 'NSE',
    quantity: '1',
    price: 1573.15,
    triggerprice: 0,
    averageprice: 1573.15,
    filledshares: '1',
    unfilledshares: '0',
    status: 'complete',
    orderstatus: 'complete',
    text: '',
  },
}

export default {
  ticket: {
    api_key: 'key0123456789',
    client_code: 'A1234567',
    jwt_token: 'header.payload.signature',
    feed_token: 'feed0123456789',
    refresh_token: 'refresh0123456789',
  },
  bodies: [Buffer.from(JSON.stringify(ROWS))],
  frames: [
    'pong',
    packet({ ...infy, mode: 1 }),
    packet({ ...infy, mode: 2, segment: 2, token: '52000' }),
    packet({ ...infy, mode: 3 }),
    packet({ ...infy, mode: 4 }),
    '{"correlationID":"tws3000002","errorCode":"E1002","errorMessage":"Subscription Limit Exceeded"}',
  ],
  siblings: { orders: ['pong', Buffer.from([0]), JSON.stringify(order)] },
  named(frame: Frame) {
    const { params } = JSON.parse(String(frame)) as { params: { tokenList: { tokens: string[] }[] } }
    return params.tokenList.reduce((sum, { tokens }) => sum + tokens.length, 0)
  },
} satisfies SessionSample
