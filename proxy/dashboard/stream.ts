import { signal } from '@preact/signals'
import type { Cancel, PageClock } from './clock.ts'
import { FEATURES, type Message } from './protocol.ts'
import { CallError, type Sessions, troubleOf } from './session.ts'
import { shutdownWords } from './shutdown.ts'

/**
 * `connecting`: for the first time, or again; `open`: messages come; `waiting`: the next try is planned; `off`: nobody has
 * signed in.
 */
export type Link =
  | { readonly phase: 'off' }
  | {
      readonly phase: 'connecting'
      readonly attempt: number
      readonly lostAt?: number | undefined
      /** Why it did not come off before. */
      readonly lastWhy?: string | undefined
    }
  | { readonly phase: 'open'; readonly since: number; readonly features: readonly string[] }
  | {
      readonly phase: 'waiting'
      readonly attempt: number
      /** Milliseconds since 1970. */
      readonly retryAt: number
      readonly lostAt?: number | undefined
      readonly why: string
    }

export interface StreamEvents {
  readonly onMessage: (message: Message, text: string) => void
  readonly onOpen: (afterMs: number | undefined) => void
  readonly onLost: (why: string) => void
  /** For the playground: everything both ways, as it is on the wire. */
  readonly onWire?: (direction: 'in' | 'out', text: string) => void
}

const FIRST_MS = 500
const LONGEST_MS = 15_000
/** A handshake that is not answered is one that something on the way swallows. */
const OPEN_LIMIT_MS = 8000

/** The one connection of the page. It comes back by itself, later each time. */
export class Stream {
  readonly link = signal<Link>({ phase: 'off' })
  /** Handshakes in a row that failed although the server answered the request before: something lets no WebSocket pass. */
  readonly blocked = signal(0)
  readonly #clock: Pick<PageClock, 'now' | 'after'>
  readonly #sessions: Sessions
  readonly #events: StreamEvents
  /** How often it came back. */
  returns = 0
  /** Messages of all connections; one that stands still says nothing any more. */
  heard = 0
  #socket: WebSocket | undefined
  #planned: Cancel | undefined
  #attempt = 0
  /** Of the try under way; no two are the same. */
  #turn = 0
  #lostAt: number | undefined
  /** Said by a server that goes. */
  #farewell: string | undefined
  #pauseMs: number | undefined

  constructor(clock: Pick<PageClock, 'now' | 'after'>, sessions: Sessions, events: StreamEvents) {
    this.#clock = clock
    this.#sessions = sessions
    this.#events = events
  }

  /** Tries since the last one that succeeded. */
  get attempt(): number {
    return this.#attempt
  }

  start(): void {
    this.stop()
    this.retry()
  }

  /** Now, whatever was planned. */
  retry(): void {
    this.#planned?.()
    this.#planned = undefined
    if (this.#socket) return
    this.#attempt++
    const before = this.link.value
    const lastWhy = before.phase === 'waiting' ? before.why : undefined
    this.link.value = { phase: 'connecting', attempt: this.#attempt, lostAt: this.#lostAt, lastWhy }
    void this.#open(++this.#turn)
  }

  stop(): void {
    this.#planned?.()
    this.#planned = undefined
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
    this.#turn++
    this.#attempt = 0
    this.#lostAt = undefined
    this.#pauseMs = undefined
    this.blocked.value = 0
    this.link.value = { phase: 'off' }
  }

  /** False while there is no connection that was let in. */
  send(message: object): boolean {
    if (this.link.value.phase !== 'open' || this.#socket?.readyState !== WebSocket.OPEN) return false
    const text = JSON.stringify(message)
    this.#events.onWire?.('out', text)
    this.#socket.send(text)
    return true
  }

  /** For who knows that nothing comes any more: a connection can end without a word. */
  drop(why: string): void {
    if (this.#socket && this.link.value.phase === 'open') this.#lose(this.#socket, why)
  }

  async #open(turn: number): Promise<void> {
    try {
      const ticket = await this.#sessions.ticket()
      // Somebody stopped or tried again meanwhile.
      if (this.#turn === turn) this.#connect(ticket)
    } catch (error) {
      if (this.#turn !== turn || !this.#sessions.current.value) return
      const isAnswered = error instanceof CallError && error.status !== 0
      if (!isAnswered) this.blocked.value = 0
      this.#wait(troubleOf(error), error instanceof CallError ? error.waitMs : undefined)
    }
  }

  #connect(ticket: string): void {
    const socket = new WebSocket(streamAddress())
    this.#socket = socket
    const isCurrent = () => this.#socket === socket
    let isThrough = false
    this.#farewell = undefined
    const fail = (why: string) => {
      if (!isCurrent()) return
      if (!isThrough) this.blocked.value++
      this.#lose(socket, isThrough ? (this.#farewell ?? why) : 'the WebSocket handshake failed')
    }
    const tooLong = this.#clock.after(OPEN_LIMIT_MS, () => fail('no answer for 8 s'))
    socket.onopen = () => {
      isThrough = true
      socket.send(JSON.stringify({ action: 'authenticate', api_key: ticket, features: FEATURES }))
    }
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (!isCurrent()) return
      this.heard++
      const message = JSON.parse(data) as Message
      this.#events.onWire?.('in', data)
      if (message.type === 'auth' && message.status === 'success') {
        tooLong()
        this.#opened(message.features ?? [])
      } else if (message.type === 'server_shutdown') {
        this.#pauseMs = message.reconnect_after_ms
        this.#farewell = shutdownWords(message.reason)
      }
      this.#events.onMessage(message, data)
    }
    socket.onclose = ({ code, reason }) => {
      tooLong()
      fail(reason || (code === 1006 ? 'the connection broke' : `closed with ${code}`))
    }
  }

  #opened(features: readonly string[]): void {
    const lostAt = this.#lostAt
    if (lostAt !== undefined) this.returns++
    this.#attempt = 0
    this.#lostAt = undefined
    this.#pauseMs = undefined
    this.blocked.value = 0
    const now = this.#clock.now()
    this.link.value = { phase: 'open', since: now, features }
    this.#events.onOpen(lostAt === undefined ? undefined : now - lostAt)
  }

  #lose(socket: WebSocket, why: string): void {
    this.#socket = undefined
    socket.close()
    if (this.link.value.phase === 'open') {
      this.#lostAt = this.#clock.now()
      this.#events.onLost(why)
    }
    this.#wait(why)
  }

  #wait(why: string, askedMs = 0): void {
    const growing = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, this.#attempt - 1))
    const waitMs = this.#pauseMs ?? Math.max(growing, askedMs)
    this.#pauseMs = undefined
    const retryAt = this.#clock.now() + waitMs
    this.link.value = { phase: 'waiting', attempt: this.#attempt, retryAt, lostAt: this.#lostAt, why }
    this.#planned = this.#clock.after(waitMs, () => this.retry())
  }
}

/** Of this proxy, from where the page came. */
export const streamAddress = (): string => {
  const address = new URL('.', document.baseURI)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return address.href
}
