import { defineSession } from '../contract.ts'
import { createDecoder } from './codec.ts'
import { master } from './instruments.ts'
import { login } from './login.ts'
import { orders } from './orders.ts'
import { quotes } from './quotes.ts'
import { limits, session } from './session.ts'
import { settings } from './settings.ts'
import { books } from './tbt.ts'
import { credentials, ticket } from './ticket.ts'

/** Fyers API v3: prices and books of five on one kind of socket (HSM), books of fifty and orders on two others. */
export default defineSession({
  name: 'fyers',
  title: 'Fyers, API v3: an app at myapi.fyers.in and a login a day',
  label: 'live',
  modes: ['LTP', 'QUOTE', 'DEPTH', 'BOOK20', 'BOOK30', 'BOOK50'],
  settings,
  credentials,
  ticket,
  limits,
  login,
  master,
  session,
  carries: (_, mode) => (mode === 'LTP' || mode === 'QUOTE' ? mode : 'DEPTH'),
  createDecoder,
  siblings: [books, orders],
  // Twenty and thirty are the first of the fifty.
  books: { BOOK20: ['NSE', 'NFO'], BOOK30: ['NSE', 'NFO'], BOOK50: ['NSE', 'NFO'] },
  sources: {
    LTP: ['sf'],
    QUOTE: ['sf'],
    DEPTH: ['sf', 'dp'],
    BOOK20: ['sf', 'dp', 'tbt'],
    BOOK30: ['sf', 'dp', 'tbt'],
    BOOK50: ['sf', 'dp', 'tbt'],
  },
  quotes,
})
