import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { KiteMode } from './kite/mode.ts'
import type { KiteEmulator } from './kite/server.ts'

/** A tick as the broker's own client (kiteconnect 5.3.0) spells it; what it leaves out depends on the packet. */
export interface KiteTick {
  readonly instrument_token: number
  readonly mode: 'ltp' | 'quote' | 'full'
  readonly tradable: boolean
  readonly last_price: number
  readonly last_traded_quantity?: number
  readonly average_traded_price?: number
  readonly volume_traded?: number
  readonly total_buy_quantity?: number
  readonly total_sell_quantity?: number
  readonly ohlc?: { readonly open: number; readonly high: number; readonly low: number; readonly close: number }
  readonly change?: number
  readonly last_trade_time?: Date | null
  readonly exchange_timestamp?: Date | null
  readonly oi?: number
  readonly oi_day_high?: number
  readonly oi_day_low?: number
  readonly depth?: Readonly<
    Record<'buy' | 'sell', readonly { readonly price: number; readonly quantity: number; readonly orders: number }[]>
  >
}

interface Event {
  readonly kind: string
  readonly what?: unknown
}

/** The broker's own JavaScript client in a process of its own, as a witness that the emulator speaks its protocol. */
export class KiteClient {
  readonly #child: ChildProcess
  /** Everything it told, in order. */
  readonly events: Event[] = []

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./kiteclient.mjs', import.meta.url)), [], {
      execArgv: [],
      serialization: 'advanced',
    })
    this.#child.on('message', (event: Event) => this.events.push(event))
  }

  /** With the login that is good at this emulator, unless told another token. */
  connect(emulator: KiteEmulator, accessToken = emulator.accessToken ?? ''): void {
    this.#child.send({ kind: 'connect', root: `${emulator.streamUrl}/`, apiKey: emulator.apiKey, accessToken })
  }

  /** As its users do: subscribes, then sets the mode, if there is one. */
  subscribe(tokens: readonly number[], mode?: KiteMode): void {
    this.#child.send({ kind: 'subscribe', tokens, mode })
  }

  unsubscribe(tokens: readonly number[]): void {
    this.#child.send({ kind: 'unsubscribe', tokens })
  }

  /** What its parser makes of a message; arrives as the event `parsed`. */
  parse(frame: Uint8Array): void {
    this.#child.send({ kind: 'parse', frame })
  }

  /** All ticks so far, in order. */
  get ticks(): readonly KiteTick[] {
    return this.#all<readonly KiteTick[]>('ticks').flat()
  }

  /** What its parser gave, one for each call. */
  get parsed(): readonly (readonly KiteTick[])[] {
    return this.#all<readonly KiteTick[]>('parsed')
  }

  heard(kind: string): boolean {
    return this.events.some(event => event.kind === kind)
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  #all<What>(kind: string): What[] {
    return this.events.filter(event => event.kind === kind).map(event => event.what as What)
  }
}
