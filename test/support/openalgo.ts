import { type LtpEvent, type MarketDepth, OpenAlgoWsFeed, type SocketLike } from 'openalgo-charts'
import { WebSocket } from 'ws'
import { systemClock } from '../../shared/clock.ts'

/** One frame as it came over the wire, before the client library read it. */
export interface MarketFrame {
  readonly type: 'market_data'
  readonly symbol: string
  readonly exchange: string
  readonly mode: 1 | 2 | 3
  readonly broker: string
  readonly data: Readonly<Record<string, unknown>> & { ltp: number; timestamp: number; volume?: number }
}

/** The unmodified feed class of the npm package, with everything it was told and every raw frame kept. */
export class Charts {
  readonly feed: OpenAlgoWsFeed
  readonly ltps: LtpEvent[] = []
  readonly depths: { symbol: string; exchange: string; depth: MarketDepth }[] = []
  readonly controls: unknown[] = []
  readonly frames: MarketFrame[] = []
  /** The same frames with the time each one came, milliseconds. */
  readonly arrivals: { frame: MarketFrame; at: number }[] = []
  readonly states: string[] = []

  constructor(url: () => string, apiKey: string) {
    this.feed = new OpenAlgoWsFeed({
      url: url(),
      apiKey,
      reconnect: { baseDelayMs: 100, maxDelayMs: 500 },
      // The address is asked anew at each connection: a proxy on an automatic port may come back elsewhere.
      socketFactory: () => this.#open(url()),
    })
    this.feed.onLtp(event => this.ltps.push(event))
    this.feed.onDepth((symbol, exchange, depth) => this.depths.push({ symbol, exchange, depth }))
    this.feed.onControl(message => this.controls.push(message))
    this.feed.onState(state => this.states.push(state))
    this.feed.connect()
  }

  close(): void {
    this.feed.close()
  }

  #open(url: string): SocketLike {
    const socket = new WebSocket(url)
    socket.on('error', () => {})
    socket.on('message', data => {
      const frame = JSON.parse((data as Buffer).toString()) as MarketFrame
      if (frame.type !== 'market_data') return
      this.frames.push(frame)
      this.arrivals.push({ frame, at: systemClock.now() })
    })
    return socket as unknown as SocketLike
  }
}
