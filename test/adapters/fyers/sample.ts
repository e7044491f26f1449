import type { Frame } from '../../../adapters/contract.ts'
import type { SessionSample } from '../../contracts/session.ts'
import { booksMessage } from '../../emulators/fyers/booksmessage.ts'
import { body, epoch, FUTURE, NIFTY, SHARE } from './masterlist.ts'
import { ABSENT, answer, data, filled, lite, SBIN, snapshot, update, welcome } from './wire.ts'

const OPTION = {
  ...FUTURE,
  fytoken: '101126092935086',
  ticker: 'NSE:NIFTY26SEP29200CE',
  strike: '29200.0',
  option: 'CE',
}
const CRUDE = {
  ...FUTURE,
  fytoken: '1120260921565899',
  ticker: 'MCX:CRUDEOIL26SEPFUT',
  underlying: 'CRUDEOIL',
  expiry: epoch('2026-09-21', '23:30'),
}
/** Its number is one of the other exchange, too. */
const TWIN = { fytoken: '12100000003045', ticker: 'BSE:SBIN-A', underlying: 'SBIN' }

const levels = [60625, 60620, 60615, 60610, 60605].map(price => ({ price, qty: 65, nord: 3 }))

/** How many instruments a frame names; the price and the book of one are one. */
function named(frame: Frame): number {
  if (typeof frame === 'string') {
    const { data: asked } = JSON.parse(frame) as { data: { symbols?: string[] } }
    return asked.symbols?.length ?? 0
  }
  const bytes = Buffer.from(frame)
  const type = bytes.readUInt8(2)
  if (type !== 4 && type !== 5) return 0
  const tokens = new Set<string>()
  let at = 9
  for (let read = 0; read < bytes.readUInt16BE(7); read++) {
    const end = at + 1 + bytes.readUInt8(at)
    tokens.add(bytes.toString('latin1', at + 4, end))
    at = end
  }
  return tokens.size
}

export default {
  ticket: { app_id: 'ABCD1234-100', access_token: 'token0123456789', hsm_key: '0123456789abcdef' },
  bodies: [body(SHARE, NIFTY), body(FUTURE, OPTION), body(), body(), body(TWIN), body(), body(CRUDE)],
  frames: [
    welcome({ interval: 2, configuration: { scrip_lite: { hfid: 1 }, index_lite: { hfid: 1 } } }),
    answer(4, { 1: 'K' }),
    data(
      1,
      snapshot(7, 'sf|nse_cm|3045', SBIN),
      snapshot(8, 'if|nse_cm|Nifty 50', [2618810, 2621605, 1727428424, 2627735, 2616695, 2624825, 2670000, 2100000]),
      snapshot(9, 'dp|nse_cm|3045', filled(30, 106800)),
    ),
    data(2, update(7, [106900, 9217400, ABSENT, 1747896302]), lite(8, [2618900])),
  ],
  siblings: {
    books: [
      booksMessage({
        type: 6,
        snapshot: true,
        feeds: [
          {
            key: 'NSE:SBIN-EQ',
            ticker: 'NSE:SBIN-EQ',
            sequence: 1,
            feedTime: 1_795_220_410,
            depth: { tbq: 10, tsq: 20, bids: levels, asks: levels },
          },
        ],
      }),
    ],
    orders: [
      'pong',
      '{"s":"ok","orders":{"id":"26112000089344","symbol":"NSE:IDEA-EQ","exchange":10,"segment":10,"qty":1,"ord_type":2,"tran_side":1,"org_ord_status":6}}',
    ],
  },
  named,
} satisfies SessionSample
