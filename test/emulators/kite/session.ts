const INDIA_MS = 19_800_000

/** What `POST /session/token` gives ("Kite Connect 3 documentation, User"). Times in India, without a zone. */
export const sessionOf = (login: { userId: string; accessToken: string; apiKey: string; now: number }): object => ({
  user_type: 'individual',
  email: `${login.userId.toLowerCase()}@example.invalid`,
  user_name: 'Emulated Trader',
  user_shortname: 'Emulated',
  broker: 'ZERODHA',
  exchanges: ['NSE', 'BSE', 'NFO', 'BFO', 'CDS', 'BCD', 'MCX', 'NCO', 'MF'],
  products: ['CNC', 'NRML', 'MIS', 'BO', 'CO'],
  order_types: ['MARKET', 'LIMIT', 'SL', 'SL-M'],
  avatar_url: null,
  user_id: login.userId,
  api_key: login.apiKey,
  access_token: login.accessToken,
  public_token: 'emulatedpublictoken',
  enctoken: 'emulatedenctoken',
  refresh_token: '',
  silo: '',
  login_time: indianTime(login.now),
  meta: { demat_consent: 'physical' },
})

/** `YYYY-MM-DD HH:MM:SS` in India. */
export const indianTime = (at: number): string => new Date(at + INDIA_MS).toISOString().slice(0, 19).replace('T', ' ')

/** An order's postback with whatever `fields` say differently ("Kite Connect 3 documentation, Postbacks"). */
export const postbackOf = (userId: string, now: number, fields: object = {}): object => ({
  user_id: userId,
  placed_by: userId,
  app_id: 1234,
  order_id: '261121000000001',
  exchange_order_id: '1100000000000001',
  parent_order_id: null,
  status: 'COMPLETE',
  status_message: null,
  status_message_raw: null,
  order_timestamp: indianTime(now),
  exchange_update_timestamp: indianTime(now),
  exchange_timestamp: indianTime(now),
  variety: 'regular',
  exchange: 'NSE',
  tradingsymbol: 'SBIN',
  instrument_token: 779_521,
  order_type: 'MARKET',
  transaction_type: 'BUY',
  validity: 'DAY',
  product: 'CNC',
  quantity: 1,
  unfilled_quantity: 0,
  disclosed_quantity: 0,
  price: 0,
  trigger_price: 0,
  average_price: 960,
  filled_quantity: 1,
  pending_quantity: 0,
  cancelled_quantity: 0,
  market_protection: 0,
  meta: {},
  tag: null,
  guid: '01XEMULATED',
  ...fields,
})
