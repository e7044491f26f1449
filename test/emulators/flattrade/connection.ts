import { z } from 'zod'
import { Connection, type Opened } from '../kit/connection.ts'
import type { Board } from './board.ts'
import { difference, type Kind, type Record } from './record.ts'

/** Two ways to log in, each at an address of its own. */
export type Dialect = 'flattrade' | 'noren-classic'

const LOGINS = {
  flattrade: { type: 'a', token: 'accesstoken', answer: 'ak' },
  'noren-classic': { type: 'c', token: 'susertoken', answer: 'ck' },
} as const

/** What the connections of one server have in common. */
export interface Surroundings {
  readonly board: Board
  readonly scripLimit: number
  /** Whose token it is, if it is good and the broker is in the mood. */
  readonly holder: (token: string) => string | undefined
  /** Scrips that are not answered for, whatever the list says. */
  readonly unanswered: ReadonlySet<string>
  /** Somebody has logged in: older connections of his go. */
  readonly entered: (one: NorenConnection) => void
}

const shape = z.looseObject({
  t: z.string(),
  uid: z.string().optional(),
  actid: z.string().optional(),
  k: z.string().optional(),
})

type Request = z.infer<typeof shape>

/** What a scrip was told to be last; or which of its recorded frames comes next. */
interface Shown {
  values: Record
  next: number
}

/** One client's socket: text frames, one JSON object each (PiConnect documentation, WebSocket). */
export class NorenConnection extends Connection {
  readonly subscribed: { readonly [K in Kind]: Map<string, Shown> } = { touchline: new Map(), depth: new Map() }
  readonly dialect: Dialect
  /** It has asked for order messages. */
  wantsOrders = false
  readonly #around: Surroundings
  readonly #socket: Opened['socket']

  constructor(opened: Opened, dialect: Dialect, around: Surroundings) {
    super(opened)
    this.#socket = opened.socket
    this.dialect = dialect
    this.#around = around
  }

  get subscriptions(): number {
    return this.subscribed.touchline.size + this.subscribed.depth.size
  }

  get keys(): readonly string[] {
    return [...this.subscribed.touchline.keys(), ...this.subscribed.depth.keys()]
  }

  /** What has changed of these scrips since they were shown last, a frame for each, all of them in one write. */
  show(keys: Iterable<string>): void {
    this.#socket.cork()
    for (const key of keys)
      for (const kind of ['touchline', 'depth'] as const) {
        const shown = this.subscribed[kind].get(key)
        if (shown && this.ticks) this.#update(key, kind, shown)
      }
    this.#socket.uncork()
  }

  /** A record that ends in the middle; one subscribed scrip is needed. */
  truncated(): void {
    const [key] = this.keys
    if (key === undefined) return
    const kind = this.subscribed.touchline.has(key) ? 'touchline' : 'depth'
    const whole = JSON.stringify(this.#whole(key, kind))
    this.text(whole.slice(0, Math.floor(whole.length / 2)))
  }

  /** Nothing but the login is heard before the login, and nothing is complained of after it. */
  protected hear(_: string | Buffer, content: unknown): void {
    const { success, data: request } = shape.safeParse(content)
    if (!success) return
    if (!this.visitor) {
      this.#login(request)
      return
    }
    const keys = request.k?.split('#') ?? []
    switch (request.t) {
      case 'h':
        this.beat(JSON.stringify({ t: 'hk', hk: String(Math.floor(this.clock.now() / 1000)) }))
        break
      case 't':
        this.#begin(keys, 'touchline')
        break
      case 'd':
        this.#begin(keys, 'depth')
        break
      case 'u':
        this.#end(keys, 'touchline', 'uk')
        break
      case 'ud':
        this.#end(keys, 'depth', 'udk')
        break
      case 'o':
        this.wantsOrders = true
        // Only older servers say so.
        if (this.dialect === 'noren-classic') this.text({ t: 'ok' })
        return
      case 'uo':
        this.wantsOrders = false
        this.text({ t: 'uok' })
    }
  }

  /** A refused one leaves the socket open; a frame of the other dialect is refused, whatever token it holds. */
  #login(request: Request): void {
    const { type, token: name, answer } = LOGINS[this.dialect]
    if (request.t !== 'a' && request.t !== 'c') return
    const { [name]: said } = request
    const token = typeof said === 'string' ? said : ''
    const isRight =
      request.t === type &&
      request.uid !== undefined &&
      request.uid === request.actid &&
      this.#around.holder(token) === request.uid
    if (isRight) this.visitor = { userId: request.uid ?? '', token }
    this.text({ t: answer, uid: request.uid ?? '', s: isRight ? 'OK' : 'NOT_OK' })
    if (isRight) this.#around.entered(this)
  }

  /** A scrip that is not known gets no answer, nor does one too many. One that is subscribed gets its record again. */
  #begin(keys: readonly string[], kind: Kind): void {
    const { board, scripLimit, unanswered } = this.#around
    for (const key of keys) {
      const isFull = this.subscriptions >= scripLimit && !this.subscribed[kind].has(key)
      if (isFull || unanswered.has(key) || !board.isKnown(key)) continue
      this.subscribed[kind].set(key, { values: {}, next: 1 })
      if (this.ticks) this.#say(this.#whole(key, kind))
    }
  }

  #end(keys: readonly string[], kind: Kind, answer: string): void {
    for (const key of keys) this.subscribed[kind].delete(key)
    this.text({ t: answer, k: keys.join('#') })
  }

  /** Everything that is known of a scrip, which is what later frames are measured against. */
  #whole(key: string, kind: Kind): Record {
    const { board } = this.#around
    const played = board.played(key, kind)?.[0]
    if (played) return played
    const scrip = board.scrip(key)
    if (!scrip) return {}
    const values = board.values(scrip, kind)
    const shown = this.subscribed[kind].get(key)
    if (shown) shown.values = values
    const t = kind === 'touchline' ? 'tk' : 'dk'
    return { t, e: scrip.exchange, tk: scrip.token, ...board.constants(scrip), ...values }
  }

  #update(key: string, kind: Kind, shown: Shown): void {
    const { board } = this.#around
    const played = board.played(key, kind)
    const scrip = board.scrip(key)
    if (played) {
      const frame = played[shown.next % played.length]
      shown.next++
      if (frame) this.#say(frame)
    } else if (scrip) {
      if (!shown.values.lp) return
      const head = { t: kind === 'touchline' ? 'tf' : 'df', e: scrip.exchange, tk: scrip.token }
      const values = board.values(scrip, kind)
      const frame = difference(shown.values, values, head)
      if (!frame) return
      shown.values = values
      this.#say(frame)
    }
  }

  #say(frame: Record): void {
    if (this.text(frame)) this.sent.packets++
  }
}
