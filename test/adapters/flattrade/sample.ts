import type { SessionSample } from '../../contracts/session.ts'

const HEAD = 'Exchange,Token,Lotsize,Symbol,Tradingsymbol,Instrument,Expiry,Strike,Optiontype'
/** Numbers that two exchanges have are among them. */
const files = [
  ['NSE,22,1,ACC,ACC-EQ,EQ,,,', 'NSE,1,1,GOLDBEES,GOLDBEES-EQ,EQ,,,', 'NSE,26000,1,Nifty 50,Nifty 50,INDEX,,,'],
  ['BSE,22,1,M&M,M&M,A,,,', 'BSE,1,1,SENSEX,SENSEX,UNDIND,,,'],
  ['NFO,22,75,NIFTY,NIFTY29DEC26F,FUTIDX,29-DEC-2026,0,XX', 'NFO,23,1,NIFTY,X,OPTIDX,29-DEC-2026,26000.00,CE'],
  ['BFO,22,20,BSXOPT,SENSEX26DEC91000PE,OPTIDX,24-DEC-2026,91000.00,PE'],
]

const sample: SessionSample = {
  ticket: { user_id: 'FT000000', token: 'canary-token-27182818284' },
  bodies: files.map(rows => Buffer.from([HEAD, ...rows, ''].join('\n'))),
  frames: [
    { t: 'ak', uid: 'FT000000', s: 'OK' },
    { t: 'tk', e: 'NSE', tk: '22', ts: 'ACC-EQ', lp: '1166.05', v: '819881', bp1: '1166', bq1: '4', ft: '1795154399' },
    { t: 'tf', e: 'NSE', tk: '22', lp: '1166.10', bp1: '1166.05' },
    { t: 'dk', e: 'NFO', tk: '22', lp: '26050.15', oi: '7606750', ltt: '11:29:58', bp5: '26049', bq5: '75', bo5: '1' },
    { t: 'df', e: 'NFO', tk: '22', sp2: '26051.50', sq2: '0', tbq: '5' },
    { t: 'hk', hk: '1795154399' },
    { t: 'uk', k: 'NSE|22' },
    { t: 'om', norenordno: '1', exch: 'NSE', tsym: 'ACC-EQ', qty: '1', trantype: 'B', status: 'OPEN', prctyp: 'MKT' },
  ].map(frame => JSON.stringify(frame)),
  named(frame) {
    const { k } = JSON.parse(String(frame)) as { k?: string }
    return k?.split('#').length ?? 0
  },
}

export default sample
