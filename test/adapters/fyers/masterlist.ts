/** Rows as the lists have them, made for tests. */

export interface Listed {
  readonly fytoken: string
  readonly ticker: string
  readonly underlying?: string
  readonly description?: string
  readonly type?: string
  readonly lot?: string
  readonly tick?: string
  readonly expiry?: string
  readonly strike?: string
  readonly option?: string
  readonly reserved?: string
  readonly house?: string
  readonly segment?: string
}

/** The line of a row; what is not said follows from the fytoken, or is a share's. */
export const line = ({ fytoken, ticker, ...said }: Listed): string => {
  const { house = fytoken.slice(0, 2), segment = fytoken.slice(2, 4), underlying = '', description = underlying } = said
  const { type = '0', lot = '1', tick = '0.05', expiry = '', strike = '-1.0', option = 'XX', reserved = 'None' } = said
  const token = fytoken.slice(10)
  return [
    fytoken,
    description,
    type,
    lot,
    tick,
    '',
    '0915-1530|1815-1915:',
    '2026-11-20',
    expiry,
    ticker,
    house,
    segment,
    token,
    underlying,
    token,
    strike,
    option,
    fytoken,
    reserved,
    '0',
    '0.0',
  ].join(',')
}

export const body = (...rows: (Listed | string)[]): Buffer =>
  Buffer.from(rows.map(row => `${typeof row === 'string' ? row : line(row)}\n`).join(''))

/** Of a clock time in India. */
export const epoch = (date: string, time = '15:40'): string => String(Date.parse(`${date}T${time}:00+05:30`) / 1000)

export const SHARE: Listed = { fytoken: '10100000003045', ticker: 'NSE:SBIN-EQ', underlying: 'SBIN' }
export const NIFTY: Listed = {
  fytoken: '101000000026000',
  ticker: 'NSE:NIFTY50-INDEX',
  underlying: 'NIFTY',
  type: '10',
}
export const FUTURE: Listed = {
  fytoken: '101126092968407',
  ticker: 'NSE:NIFTY26SEPFUT',
  underlying: 'NIFTY',
  type: '11',
  lot: '65',
  expiry: epoch('2026-09-29'),
}
