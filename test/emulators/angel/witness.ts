import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A packet as the broker's own client (smartapi-javascript 1.0.27) spells it: texts, and levels of texts. */
export type AngelTick = Readonly<Record<string, string | readonly Readonly<Record<string, string>>[]>>

/** What the client hands over: a packet it has read, or whatever else came, as it came. */
type Heard = AngelTick | string | { readonly bytes: string }

export interface AngelLogin {
  readonly clientcode: string
  readonly jwttoken: string
  readonly apikey: string
  /** The feed token. */
  readonly feedtype: string
}

export interface AngelRequest {
  readonly correlationID: string
  readonly action: 0 | 1
  readonly mode: number
  readonly exchangeType: number
  readonly tokens: readonly string[]
}

/** The broker's own JavaScript client in a process of its own, as a witness that the emulator speaks its protocol. */
export class AngelClient {
  readonly #child: ChildProcess
  /** Everything it handed over as a tick, in order. */
  readonly heard: Heard[] = []
  isOpen = false
  /** It dies of what it does not expect. */
  isOver = false

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./witness.mjs', import.meta.url)), [], {
      execArgv: [],
      serialization: 'advanced',
      // Its last words are a stack.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, TZ: 'Asia/Kolkata' },
    })
    this.#child.on('message', (event: { kind: string; what?: Heard }) => {
      if (event.kind === 'open') this.isOpen = true
      if (event.kind === 'tick' && event.what !== undefined) this.heard.push(event.what)
    })
    this.#child.on('exit', () => {
      this.isOver = true
    })
  }

  /** To the stream, or with `isForOrders` to the socket of orders. */
  connect(options: { url: string; login: AngelLogin; intervalMs?: number; isForOrders?: boolean }): void {
    this.#child.send({ kind: 'connect', intervalMs: 10_000, isForOrders: false, ...options })
  }

  fetch(request: AngelRequest): void {
    this.#child.send({ kind: 'fetch', request })
  }

  /** What it made of packets, in order. */
  get ticks(): readonly AngelTick[] {
    return this.heard.filter((one): one is AngelTick => typeof one === 'object' && !('bytes' in one))
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }
}
