import type { Frame } from '../../../adapters/contract.ts'
import type { SessionSample } from '../../contracts/session.ts'
import { fullPacket, indexFullPacket, ltpPacket, message, quotePacket } from '../../emulators/kite/packet.ts'

const HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'
const ROWS = [
  '408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE',
  '256265,1001,NIFTY 50,NIFTY 50,0,,0,0,0,EQ,INDICES,NSE',
  '13238786,51714,NIFTY26DECFUT,NIFTY,0,2026-12-29,0,0.1,65,FUT,NFO-FUT,NFO',
  '13312002,52000,NIFTY26D0124800CE,NIFTY,0,2026-12-01,24800,0.05,65,CE,NFO-OPT,NFO',
  '128053508,500209,INFY,INFOSYS,0,,0,0.05,1,EQ,BSE,BSE',
  '119445255,466583,CRUDEOIL26DECFUT,CRUDEOIL,0,2026-12-18,0,1,100,FUT,MCX-FUT,MCX',
]

const level = (price: number) => ({ price, quantity: 65, orders: 3 })
const share = {
  token: 408_065,
  lastPrice: 1573.15,
  lastQuantity: 5,
  averagePrice: 1570,
  volume: 1000,
  buyQuantity: 10,
  sellQuantity: 20,
  open: 1570,
  high: 1580,
  low: 1560,
  close: 1565,
  lastTradeTime: 1_795_220_400,
  openInterest: 0,
  openInterestHigh: 0,
  openInterestLow: 0,
  exchangeTime: 1_795_220_410,
  bids: [1573.1, 1573.05, 1573].map(level),
  asks: [1573.2, 1573.25, 1573.3].map(level),
}
const index = { token: 256_265, lastPrice: 24_800, high: 24_900, low: 24_700, open: 24_750, close: 24_780 }

export default {
  ticket: { api_key: 'key0123456789', access_token: 'token0123456789' },
  bodies: [Buffer.from([HEAD, ...ROWS, ''].join('\n'))],
  frames: [
    message([ltpPacket(share), quotePacket({ ...share, token: 13_238_786 })]),
    message([fullPacket(share), indexFullPacket({ ...index, exchangeTime: 1_795_220_410 })]),
    '{"type":"message","data":"Good morning"}',
  ],
  named(frame: Frame) {
    const { v } = JSON.parse(String(frame)) as { v: number[] | [string, number[]] }
    return Array.isArray(v[1]) ? v[1].length : v.length
  },
} satisfies SessionSample
