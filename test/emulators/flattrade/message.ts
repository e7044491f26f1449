const INDIA_MS = 19_800_000

/** `20-11-2026 11:30:00` in India. */
export function indianTime(at: number): string {
  const text = new Date(at + INDIA_MS).toISOString()
  return `${text.slice(8, 10)}-${text.slice(5, 7)}-${text.slice(0, 4)} ${text.slice(11, 19)}`
}

/** An order message with whatever `fields` say differently (PiConnect documentation, "Order update"). */
export const orderMessage = (userId: string, now: number, fields: object = {}): object => ({
  t: 'om',
  norenordno: '26112100000001',
  uid: userId,
  actid: userId,
  exch: 'NSE',
  tsym: 'SBIN-EQ',
  qty: '1',
  prc: '0.00',
  pcode: 'C',
  remarks: '',
  status: 'COMPLETE',
  reporttype: 'Fill',
  trantype: 'B',
  prctyp: 'MKT',
  ret: 'DAY',
  fillshares: '1',
  avgprc: '960.00',
  fltm: indianTime(now),
  flid: '1',
  flqty: '1',
  flprc: '960.00',
  exchordid: '1100000000000001',
  dscqty: '0',
  exch_tm: indianTime(now),
  ...fields,
})

/** How every refusal looks, with HTTP 200. Its quotes are not escaped. */
export const refusalText = (words: string, now: number): string =>
  `{"stat":"Not_Ok","request_time":"${indianTime(now)}","emsg":"${words}"}`
