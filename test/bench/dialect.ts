import { symbolName } from './feed/ticks.mjs'

/** How clients of one server speak: what they send, and what a message with ticks begins with. */
export interface Dialect {
  readonly path: string
  readonly tick: string
  /** Further options of the load client. */
  readonly options: readonly string[]
  /** Lines of its script that subscribe to these symbols. */
  subscribe(symbols: readonly number[]): readonly string[]
}

const items = (symbols: readonly number[]) => symbols.map(index => ({ exchange: 'NSE', symbol: symbolName(index) }))

const subscription = (symbols: readonly number[]): string =>
  JSON.stringify({ action: 'subscribe', symbols: items(symbols), mode: 'Quote' })

/** The protocol of Tickwire, which the plain peers understand as far as they have to. */
export const tickwire = (key = 'bench', features: readonly string[] = []): Dialect => ({
  path: '/',
  tick: '{"type":"market_data"',
  options: features.includes('batch') ? ['--many'] : [],
  subscribe(symbols) {
    const asked = features.length > 0 ? { features } : {}
    const hello = JSON.stringify({ action: 'authenticate', api_key: key, ...asked })
    return [`send ${hello}`, 'expect "success"', `send ${subscription(symbols)}`, 'expect "success"']
  },
})

/** Socket.IO 4 over Engine.IO 4, without its detour over polling. */
export const socketio: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  tick: '42["market_data"',
  options: ['--engineio'],
  subscribe: symbols => [
    'expect 0{',
    'send 40',
    'expect 40{',
    `send 42["subscribe",${subscription(symbols)}]`,
    'expect subscribed',
  ],
}

/** The NATS client protocol inside WebSocket messages. */
export const nats: Dialect = {
  path: '/',
  tick: 'MSG ',
  options: ['--many'],
  subscribe: symbols => [
    'expect INFO',
    `send CONNECT {"verbose":false,"pedantic":false}\\r\\n`,
    `send ${symbols.map((index, nth) => `SUB ticks.${symbolName(index)} ${nth + 1}\\r\\n`).join('')}PING\\r\\n`,
    'expect PONG',
  ],
}
