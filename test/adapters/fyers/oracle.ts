import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What the vendor's protobuf decoder made of one message, by the names of its schema. */
export interface TheirMessage {
  readonly type?: number
  readonly feeds?: Readonly<Record<string, TheirFeed>>
  readonly snapshot?: boolean
  readonly msg?: string
  readonly error?: boolean
}

interface TheirFeed {
  readonly depth?: TheirDepth
  readonly feedTime?: Wrapped
  readonly sendTime?: Wrapped
  readonly token?: string
  readonly sequenceNo?: number
  readonly snapshot?: boolean
  readonly ticker?: string
}

interface TheirDepth {
  readonly tbq?: Wrapped
  readonly tsq?: Wrapped
  readonly asks?: readonly TheirLevel[]
  readonly bids?: readonly TheirLevel[]
}

export interface TheirLevel {
  readonly price?: Wrapped
  readonly qty?: Wrapped
  readonly nord?: Wrapped
  readonly num?: Wrapped
}

/** Empty: 0. */
interface Wrapped {
  readonly value?: number
}

/** A book as the vendor's store keeps it: fifty numbers in each list, rupees. */
export interface TheirBook {
  readonly tbq: number
  readonly tsq: number
  readonly bidprice: readonly number[]
  readonly askprice: readonly number[]
  readonly bidqty: readonly number[]
  readonly askqty: readonly number[]
  readonly bidordn: readonly number[]
  readonly askordn: readonly number[]
  readonly snapshot: boolean
  /** Seconds. */
  readonly timestamp: number
  readonly seqNo: number
}

/** What the vendor's frame parser said of one frame: what has changed of each topic, all as text. */
export interface TheirParse {
  readonly values?: readonly Readonly<Record<string, string>>[] | null
  /** It died of it. */
  readonly thrown?: string
  /** What it answered, as hex. */
  readonly sent: readonly string[]
}

interface SubscribeOptions {
  readonly isBook?: boolean
  readonly channel?: number
  readonly isLite?: boolean
}

interface Message {
  readonly kind: string
  readonly what?: unknown
  readonly to?: number
  readonly answer?: unknown
}

/** The vendor's package in a process of its own, where its clock is that of India; nothing it prints is seen. */
export class Oracle {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (why: Error) => void }>()
  #asked = 0
  /** What its clients told, in order. */
  readonly events: { readonly kind: string; readonly what: unknown }[] = []

  constructor() {
    const file = fileURLToPath(new URL('./oracle.mjs', import.meta.url))
    this.#child = fork(file, [], {
      execArgv: [],
      env: { TZ: 'Asia/Kolkata', PATH: process.env.PATH },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', ({ kind, what, to, answer }: Message) => {
      if (to === undefined) {
        this.events.push({ kind, what })
        return
      }
      this.#waiting.get(to)?.resolve(answer)
      this.#waiting.delete(to)
    })
    this.#child.on('exit', code => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the vendor's package ended with ${code}`))
      this.#waiting.clear()
    })
  }

  /** Frames of messages that are given by the names of the vendor's schema. */
  async encodeBooks(messages: readonly object[]): Promise<readonly Buffer[]> {
    const frames = (await this.#ask({ kind: 'encodeBooks', messages })) as readonly Uint8Array[]
    return frames.map(frame => Buffer.from(frame))
  }

  decodeBooks(frames: readonly Uint8Array[]): Promise<readonly { message?: TheirMessage; isRefused?: true }[]> {
    return this.#ask({ kind: 'decodeBooks', frames }) as Promise<
      readonly { message?: TheirMessage; isRefused?: true }[]
    >
  }

  /** For each run of frames: the books after each of them. */
  keepBooks(runs: readonly (readonly Uint8Array[])[]): Promise<readonly (readonly Record<string, TheirBook>[])[]> {
    return this.#ask({ kind: 'keepBooks', runs }) as Promise<readonly (readonly Record<string, TheirBook>[])[]>
  }

  /** For each run, which is a connection of its own: what is read of the login answer, and of each frame after it. */
  parse(
    runs: readonly { readonly login: Uint8Array; readonly frames: readonly Uint8Array[] }[],
  ): Promise<readonly { readonly answer: TheirParse; readonly frames: readonly TheirParse[] }[]> {
    return this.#ask({ kind: 'parse', runs }) as ReturnType<Oracle['parse']>
  }

  /** The whole client of the price socket, as its users have it: `token` as `APP:token`. */
  async connect(addresses: { readonly token: string; readonly api: string; readonly stream: string }): Promise<void> {
    await this.#ask({ kind: 'connect', ...addresses })
  }

  /** In its connect handler. Leaves about half a second later. */
  async subscribe(symbols: readonly string[], options: SubscribeOptions = {}): Promise<void> {
    await this.#ask({ kind: 'subscribe', symbols, isBook: false, channel: 11, ...options })
  }

  async unsubscribe(symbols: readonly string[], options: SubscribeOptions = {}): Promise<void> {
    await this.#ask({ kind: 'unsubscribe', symbols, isBook: false, channel: 11, ...options })
  }

  async connectBooks(to: {
    readonly token: string
    readonly stream: string
    readonly symbols: readonly string[]
  }): Promise<void> {
    await this.#ask({ kind: 'connectBooks', ...to })
  }

  async connectOrders(to: { readonly token: string; readonly stream: string }): Promise<void> {
    await this.#ask({ kind: 'connectOrders', ...to })
  }

  /** What was told under this name, in order. */
  heard<What>(kind: string): readonly What[] {
    return this.events.filter(event => event.kind === kind).map(event => event.what as What)
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(order: object): Promise<unknown> {
    const number = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
      this.#child.send({ ...order, number })
    })
  }
}
