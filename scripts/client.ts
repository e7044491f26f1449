import { WebSocket } from 'ws'
import { z } from 'zod'
import { type Clock, pause } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import { OWN_PROXY } from './near.ts'
import { unreachable } from './running.ts'

export interface SymbolName {
  readonly exchange: string
  readonly symbol: string
}

const level = z.object({ price: z.number(), quantity: z.number(), orders: z.number().optional() })

const marketFrame = z.object({
  type: z.literal('market_data'),
  symbol: z.string(),
  exchange: z.string(),
  mode: z.int(),
  data: z.looseObject({
    ltp: z.number(),
    timestamp: z.number(),
    volume: z.number().optional(),
    change: z.number().optional(),
    change_percent: z.number().optional(),
    bid_price: z.number().optional(),
    ask_price: z.number().optional(),
    depth: z.object({ buy: z.array(level), sell: z.array(level) }).optional(),
  }),
  broker: z.string().optional(),
})

export type MarketFrame = z.infer<typeof marketFrame>

const item = z.object({
  symbol: z.string().optional(),
  exchange: z.string().optional(),
  status: z.string(),
  message: z.string().optional(),
})

const reply = z.union([
  marketFrame,
  z.object({ type: z.literal('auth'), status: z.string() }),
  z.object({ type: z.literal('subscribe'), subscriptions: z.array(item) }),
  z.object({ type: z.undefined().optional(), status: z.literal('error'), code: z.string(), message: z.string() }),
])

export type SubscribeItem = z.infer<typeof item>

export interface ClientOptions {
  /** Asked before every connection: a proxy that starts again may have moved, and a ticket lives for a minute. */
  readonly address: () => string
  /** It is the proxy of this data folder. */
  readonly isOwn: boolean
  readonly key: () => Promise<Secret>
  readonly symbols: readonly SymbolName[]
  readonly mode: 1 | 2 | 3
  readonly clock: Clock
  readonly onFrame: (frame: MarketFrame, text: string) => void
  /** Every reply to a subscription, also the one after a reconnect. A throw ends the run. */
  readonly onReply: (items: readonly SubscribeItem[]) => void
  /** Every message as it came. */
  readonly onText?: (text: string) => void
  /** The connection was lost, and is tried again in `pauseMs`. */
  readonly onLost: (why: string, pauseMs: number) => void
}

const ANSWER_LIMIT_MS = 5000
/** The proxy pings every 20 s; a connection that is silent for this long is dead. */
const SILENCE_LIMIT_MS = 65_000
const SILENCE_LOOK_MS = 5000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5000

/**
 * A client of the public protocol, without a back door. Streams until `signal` aborts and reconnects by itself.
 * Throws PROXY_UNREACHABLE when the first connection fails, KEY_INVALID whenever the key is refused.
 */
export async function stream(options: ClientOptions, signal: AbortSignal): Promise<void> {
  const { clock } = options
  let pauseMs = FIRST_PAUSE_MS
  let connected = false
  while (!signal.aborted) {
    let why = 'the proxy closed the connection'
    try {
      await session(options, signal, () => {
        connected = true
        pauseMs = FIRST_PAUSE_MS
      })
    } catch (error) {
      if (!connected || !(error instanceof TickwireError) || error.retry !== 'backoff') throw error
      why = error.message
    }
    if (signal.aborted) return
    options.onLost(why, pauseMs)
    await pause(clock, pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

/** One connection, from its opening to its end. */
async function session(options: ClientOptions, signal: AbortSignal, opened: () => void): Promise<void> {
  const { clock, symbols, mode } = options
  const url = options.address()
  const socket = openSocket(url, options.isOwn)
  const say = (message: object) => socket.send(JSON.stringify(message))
  const end = () => socket.terminate()
  let heardAt = clock.monotonic()
  const heard = () => {
    heardAt = clock.monotonic()
  }
  const stopWatch = clock.every(SILENCE_LOOK_MS, () => {
    if (clock.monotonic() - heardAt > SILENCE_LIMIT_MS) end()
  })
  let authenticated = false
  const stopLimit = clock.after(ANSWER_LIMIT_MS, () => authenticated || end())
  signal.addEventListener('abort', end)
  try {
    await new Promise<void>((resolve, reject) => {
      const take = (text: string) => {
        heard()
        options.onText?.(text)
        const message = parse(text)
        if (!message) return
        if (message.type === 'market_data') options.onFrame(message, text)
        else if (message.type === 'subscribe') options.onReply(message.subscriptions)
        else if (message.type === undefined) throw refusal(message, authenticated)
        else if (!authenticated && message.status === 'success') {
          authenticated = true
          opened()
          say({ action: 'subscribe', symbols, mode })
        }
      }
      // The key last: without a proxy none is needed, and none is made.
      socket.on('open', () => {
        options.key().then(key => say({ action: 'authenticate', api_key: key.reveal() }), reject)
      })
      socket.on('ping', heard)
      socket.on('message', bytes => {
        try {
          // ws hands over a Buffer unless told otherwise.
          if (Buffer.isBuffer(bytes)) take(bytes.toString('utf8'))
        } catch (error) {
          reject(error as Error)
        }
      })
      socket.on('error', error => reject(unreachable(url, 'code' in error ? String(error.code) : error.message)))
      socket.on('close', () =>
        authenticated || signal.aborted ? resolve() : reject(unreachable(url, 'it did not answer the key')),
      )
    })
  } finally {
    stopWatch()
    stopLimit()
    signal.removeEventListener('abort', end)
    // A socket that is ended while it connects still reports that as an error.
    socket.on('error', () => {})
    end()
  }
}

function openSocket(url: string, isOwn: boolean): WebSocket {
  try {
    return new WebSocket(url, isOwn ? OWN_PROXY : {})
  } catch (cause) {
    throw new TickwireError('USAGE', `${url} is no WebSocket address`, { next: 'write it as ws://HOST:PORT', cause })
  }
}

/** `undefined` for what this client does not know, and for what is no JSON. */
function parse(text: string): z.infer<typeof reply> | undefined {
  try {
    return reply.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function refusal({ code, message }: { code: string; message: string }, authenticated: boolean): TickwireError {
  if (!authenticated)
    return new TickwireError('KEY_INVALID', `The proxy refused the key (${code}): ${message}`, {
      next: 'tickwire key list; TICKWIRE_API_KEY must hold a key that is not revoked',
    })
  return new TickwireError('MESSAGE_MALFORMED', `The proxy refused the subscription (${code}): ${message}`)
}
