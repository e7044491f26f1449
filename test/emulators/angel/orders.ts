import { Connection, type Opened } from '../kit/connection.ts'

/** Every field an order has, empty: the greeting is one ("SmartAPI documentation, Websocket Order Status"). */
const EMPTY = {
  variety: '',
  ordertype: '',
  ordertag: '',
  producttype: '',
  price: 0,
  triggerprice: 0,
  quantity: '0',
  disclosedquantity: '0',
  duration: '',
  squareoff: 0,
  stoploss: 0,
  trailingstoploss: 0,
  tradingsymbol: '',
  transactiontype: '',
  exchange: '',
  symboltoken: '',
  instrumenttype: '',
  strikeprice: 0,
  optiontype: '',
  expirydate: '',
  lotsize: '0',
  cancelsize: '0',
  averageprice: 0,
  filledshares: '',
  unfilledshares: '',
  orderid: '',
  text: '',
  status: '',
  orderstatus: '',
  updatetime: '',
  exchtime: '',
  exchorderupdatetime: '',
  fillid: '',
  filltime: '',
  parentorderid: '',
}

/** A limit order that is done. */
const COMPLETE = {
  ...EMPTY,
  variety: 'NORMAL',
  ordertype: 'LIMIT',
  producttype: 'DELIVERY',
  price: 266.94,
  quantity: '1',
  duration: 'DAY',
  tradingsymbol: 'SBIN-EQ',
  transactiontype: 'BUY',
  exchange: 'NSE',
  symboltoken: '3045',
  strikeprice: -1,
  lotsize: '1',
  averageprice: 265.62,
  filledshares: '1',
  unfilledshares: '0',
  orderid: '261120000790638',
  status: 'complete',
  orderstatus: 'complete',
  updatetime: '20-Nov-2026 14:07:19',
}

const CODES: Readonly<Record<string, string>> = {
  open: 'AB01',
  cancelled: 'AB02',
  rejected: 'AB03',
  modified: 'AB04',
  complete: 'AB05',
  'open pending': 'AB09',
  'trigger pending': 'AB10',
  'modify pending': 'AB11',
}

const message = (clientCode: string, code: string, orderData: object): object => ({
  'user-id': clientCode,
  'status-code': '200',
  'order-status': code,
  'error-message': '',
  orderData,
})

/** Of an order that is not done. */
const UNFILLED = { filledshares: '0', unfilledshares: '1', averageprice: 0 }

/** What becomes of an order, in Angel One's words; `fields` change those of a limit order that is done. */
export function orderMessage(clientCode: string, fields: { readonly orderstatus?: string }): object {
  const { orderstatus = COMPLETE.orderstatus } = fields
  const isDone = orderstatus === COMPLETE.orderstatus
  const data = { ...COMPLETE, ...(isDone ? {} : { status: orderstatus, ...UNFILLED }), ...fields }
  return message(clientCode, CODES[data.orderstatus] ?? 'AB01', data)
}

/** One connection of the socket of orders. */
export class OrderConnection extends Connection {
  constructor(opened: Opened) {
    super(opened)
    this.text(message(this.visitor?.userId ?? '', 'AB00', EMPTY))
  }

  get subscriptions(): number {
    return 0
  }

  /** A message that ends in the middle. */
  truncated(): void {
    const whole = JSON.stringify(orderMessage(this.visitor?.userId ?? '', {}))
    this.text(whole.slice(0, whole.length / 2))
  }

  protected hear(frame: string | Buffer): void {
    if (frame === 'ping') this.beat('pong')
  }
}
