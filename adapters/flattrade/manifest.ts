import { defineSession } from '../contract.ts'
import { createDecoder } from './codec.ts'
import { master } from './instruments.ts'
import { login } from './login.ts'
import { quotes } from './quotes.ts'
import { session } from './session.ts'
import { settings } from './settings.ts'
import { credentials, ticket } from './ticket.ts'

/** One connection per user; how many instruments it carries is published nowhere, nor how often it may be asked. */
const limits = { connections: 1, instrumentsPerConnection: 1000, instrumentsPerMessage: 50, messagePauseMs: 50 }

/** Flattrade Pi, a Noren server. */
export default defineSession({
  name: 'flattrade',
  title: 'Flattrade, through its Pi API: an app in the Flattrade account and a login a day',
  label: 'live',
  modes: ['LTP', 'QUOTE', 'DEPTH'],
  settings,
  credentials,
  ticket,
  limits,
  limitsOf: ({ max_instruments }) => ({ ...limits, instrumentsPerConnection: max_instruments }),
  sources: { LTP: ['touchline'], QUOTE: ['touchline'], DEPTH: ['depth'] },
  login,
  master,
  session,
  quotes,
  createDecoder,
})
