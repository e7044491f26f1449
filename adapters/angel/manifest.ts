import type { Instrument } from '../../shared/market/instrument.ts'
import { coversMode, type TopicMode } from '../../shared/market/mode.ts'
import { defineSession } from '../contract.ts'
import { createDecoder } from './codec.ts'
import { master } from './instruments.ts'
import { login } from './login.ts'
import { orders } from './orders.ts'
import { quotes } from './quotes.ts'
import { session } from './session.ts'
import { settings } from './settings.ts'
import { credentials, ticket } from './ticket.ts'

/** Only the cash market of the NSE has books deeper than five levels; one other among them spoils the whole request. */
const carries = ({ exchange }: Instrument, mode: TopicMode): TopicMode =>
  coversMode(mode, 'BOOK20') && exchange !== 'NSE' ? 'DEPTH' : mode

/** SmartAPI. The limits are per client code: SmartAPI documentation, WebSocket Streaming 2.0. */
export default defineSession({
  name: 'angel',
  title: 'Angel One, through SmartAPI: an app at smartapi.angelone.in and a login a day',
  label: 'live',
  modes: ['LTP', 'QUOTE', 'DEPTH', 'BOOK20'],
  settings,
  credentials,
  ticket,
  limits: {
    connections: 3,
    instrumentsPerConnection: 1000,
    // A subscription is a token in a mode, and a deep book needs two.
    weights: { BOOK20: 2 },
    instrumentsPerMode: { BOOK20: 50 },
    instrumentsPerMessage: 200,
    messagePauseMs: 250,
  },
  books: { BOOK20: ['NSE'] },
  sources: { LTP: ['snap'], QUOTE: ['snap'], DEPTH: ['snap'], BOOK20: ['snap', 'book20'] },
  carries,
  siblings: [orders],
  login,
  master,
  session,
  quotes,
  createDecoder,
})
