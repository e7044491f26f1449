import { defineSession } from '../contract.ts'
import { createDecoder } from './codec.ts'
import { master } from './instruments.ts'
import { login } from './login.ts'
import { quotes } from './quotes.ts'
import { session } from './session.ts'
import { settings } from './settings.ts'
import { credentials, ticket } from './ticket.ts'

/** Kite Connect 3. The limits are per API key: Kite Connect 3 documentation, WebSocket streaming. */
export default defineSession({
  name: 'zerodha',
  title: 'Zerodha, through Kite Connect 3: an app at developers.kite.trade and a login a day',
  label: 'live',
  modes: ['LTP', 'QUOTE', 'DEPTH'],
  settings,
  credentials,
  ticket,
  limits: { connections: 3, instrumentsPerConnection: 3000, instrumentsPerMessage: 1000, messagePauseMs: 500 },
  login,
  master,
  session,
  quotes,
  createDecoder,
})
