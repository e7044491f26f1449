/** What the page reads of the messages of the stream: proxy/README.md and proxy/EXTENDED.md. Times are milliseconds since 1970. */
export interface Level {
  readonly price: number
  readonly quantity: number
  readonly orders?: number
}

/** `data` of a frame; what the source does not tell is absent. */
export interface Fields {
  readonly ltp?: number
  readonly open?: number
  readonly high?: number
  readonly low?: number
  /** Of the day before. */
  readonly close?: number
  readonly volume?: number
  readonly last_trade_quantity?: number
  readonly avg_trade_price?: number
  readonly change?: number
  readonly change_percent?: number
  readonly oi?: number
  readonly total_buy_quantity?: number
  readonly total_sell_quantity?: number
  readonly bid_price?: number
  readonly ask_price?: number
  readonly bid_size?: number
  readonly ask_size?: number
  readonly upper_circuit?: number
  readonly lower_circuit?: number
  readonly ltt?: number
  readonly timestamp?: number
  readonly depth?: { readonly buy: readonly Level[]; readonly sell: readonly Level[] }
  readonly depth_level?: number
  readonly polled?: boolean
}

export interface MarketFrame {
  readonly type: 'market_data'
  readonly exchange: string
  readonly symbol: string
  readonly mode: 1 | 2 | 3
  readonly data: Fields
  readonly broker: string
  readonly seq?: number
  readonly epoch?: number
  readonly count?: number
  readonly snapshot?: true
  /** Not of now. */
  readonly stale?: true
  readonly stamps?: Stamps
}

/** When a tick passed each hop, milliseconds since 1970 with three digits behind the point. */
interface Stamps {
  readonly adapter: number
  readonly published?: number
  readonly proxy: number
}

const INSTRUMENT_STATES = ['accepted', 'confirmed', 'live', 'quiet', 'suspect', 'down', 'refused'] as const
export type InstrumentState = (typeof INSTRUMENT_STATES)[number]
export type Label = 'live' | 'delayed' | 'simulated' | 'replay' | 'polled'

/** How one instrument stands, or with `symbols` all that is held of a feed. */
export interface StateNotice {
  readonly type: 'state'
  readonly exchange?: string
  readonly symbol?: string
  readonly symbols?: '*'
  readonly state: InstrumentState
  readonly code?: string
  readonly reason?: string
  readonly since: number
  readonly last_tick_at?: number
  readonly label?: Label
  readonly broker: string
  readonly feed: string
}

export interface SourceNotice {
  readonly type: 'source'
  readonly exchange: string
  readonly symbol: string
  readonly mode: number
  readonly broker: string
  readonly feed: string
  readonly was: string
  readonly reason: string
}

interface GapNotice {
  readonly type: 'gap'
  readonly exchange: string
  readonly symbol: string
  readonly mode: number
  readonly lost?: number
}

/** Live feeds that say different prices of one instrument, or no longer do. */
export interface DisagreementNotice {
  readonly type: 'disagreement'
  readonly exchange: string
  readonly symbol: string
  readonly state: 'begun' | 'over'
  /** How far they may differ. */
  readonly percent: number
  readonly prices: readonly { readonly feed: string; readonly broker: string; readonly ltp: number }[]
}

interface SlowNotice {
  readonly type: 'slow'
  readonly state: 'folding' | 'recovered' | 'closing'
  readonly folded?: number
  readonly reason?: string
}

interface ShutdownNotice {
  readonly type: 'server_shutdown'
  readonly reason: string
  readonly reconnect_after_ms: number
}

export interface AuthReply {
  readonly type: 'auth'
  readonly status: 'success' | 'error'
  readonly message?: string
  readonly user_id?: string
  readonly features?: readonly string[]
}

export interface SubscribeReply {
  readonly type: 'subscribe'
  readonly status: string
  readonly subscriptions: readonly (Readonly<Record<string, unknown>> & {
    readonly exchange: string
    readonly symbol: string
    readonly status: 'success' | 'error'
    readonly message?: string
    readonly depth?: number
  })[]
}

interface UnsubscribeReply {
  readonly type: 'unsubscribe'
  readonly successful: readonly { readonly exchange: string; readonly symbol: string }[]
}

interface PongReply {
  readonly type: 'pong'
  readonly server_timestamp: number
  readonly client_timestamp?: number
}

/** It has no type. */
interface ErrorReply {
  readonly type?: undefined
  readonly status: 'error'
  readonly code: string
  readonly message: string
}

export type Message =
  | MarketFrame
  | StateNotice
  | SourceNotice
  | GapNotice
  | DisagreementNotice
  | SlowNotice
  | ShutdownNotice
  | AuthReply
  | SubscribeReply
  | UnsubscribeReply
  | PongReply
  | ErrorReply

/** What the page asks for: it would rather know than guess. */
export const FEATURES = ['seq', 'count', 'gap', 'slow', 'resume', 'state', 'source', 'shutdown', 'stamps'] as const

export type Mode = 'LTP' | 'Quote' | 'Depth'
