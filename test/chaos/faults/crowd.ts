import { WebSocket } from 'ws'
import { systemClock } from '../../../shared/clock.ts'
import { back, type Fault, ONE_BROKER, wander } from '../fault.ts'
import type { Stage } from '../stage.ts'

const CLIENTS = 1000
const SHORT_CLIENTS = 100
const WHOLE_MS = 10_000
const PATIENCE_MS = 60_000
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1000

/** A plain client of one instrument, which comes back by itself. */
class Member {
  /** When its latest connection had its first price, monotonic. */
  wholeAt: number | undefined
  refused = 0
  #socket: WebSocket | undefined
  #isClosed = false
  readonly #stage: Stage
  readonly #request: readonly [string, string]
  readonly #random: () => number

  constructor(stage: Stage, held: { exchange: string; symbol: string }, random: () => number) {
    this.#stage = stage
    this.#random = random
    this.#request = [
      JSON.stringify({ action: 'authenticate', api_key: stage.key }),
      JSON.stringify({ action: 'subscribe', mode: 'LTP', symbols: [held] }),
    ]
    this.#open(FIRST_RETRY_MS)
  }

  close(): void {
    this.#isClosed = true
    this.#socket?.terminate()
  }

  #open(pause: number): void {
    const url = this.#stage.url()
    if (this.#isClosed) return
    if (url === undefined) {
      this.#again(pause)
      return
    }
    const socket = new WebSocket(url, { skipUTF8Validation: true })
    this.#socket = socket
    let next = pause
    socket.on('error', () => {})
    socket.on('open', () => {
      next = FIRST_RETRY_MS
      for (const one of this.#request) socket.send(one)
    })
    socket.on('message', data => {
      if (this.wholeAt !== undefined) return
      const text = (data as Buffer).toString()
      if (text.startsWith('{"type":"market_data"')) this.wholeAt = systemClock.monotonic()
      else if (text.includes('"status":"error"')) {
        this.refused++
        // A proxy that has just begun may not know every feed yet.
        systemClock.after(FIRST_RETRY_MS, () => {
          if (socket.readyState === WebSocket.OPEN) socket.send(this.#request[1])
        })
      }
    })
    socket.on('close', () => {
      this.wholeAt = undefined
      this.#again(next)
    })
  }

  #again(pause: number): void {
    const wait = pause * (0.5 + this.#random())
    systemClock.after(wait, () => this.#open(Math.min(pause * 2, LAST_RETRY_MS)))
  }
}

export const crowd: Fault = {
  name: 'kill-proxy-crowd',
  about: 'kill -9 of the proxy under 1,000 clients (short form: 100), each back and with a price',
  limits: { back: WHOLE_MS },
  runs: 3,
  restMs: 15_500,
  promise: 'P8',
  stage: seed => ({ ...ONE_BROKER(seed), rate: 40 }),
  async run(run) {
    const { stage, random, isShort } = run
    const count = isShort ? SHORT_CLIENTS : CLIENTS
    const { held } = stage.client
    const members = Array.from({ length: count }, (_, nth) => {
      const { exchange = '', symbol = '' } = held[nth % held.length] ?? {}
      return new Member(stage, { exchange, symbol }, random)
    })
    const whole = () => (members.every(({ wholeAt }) => wholeAt !== undefined) ? true : undefined)
    try {
      if (!(await stage.eventually(whole, PATIENCE_MS))) return { faults: [`not all of ${count} clients could begin`] }
      await wander(run)
      const since = systemClock.monotonic()
      process.kill(stage.pid('proxy'), 'SIGKILL')
      await stage.eventually(() => (members.every(({ wholeAt }) => wholeAt === undefined) ? true : undefined), WHOLE_MS)
      const all = await stage.eventually(whole, PATIENCE_MS)
      await back(run)
      const last = Math.max(...members.map(({ wholeAt }) => wholeAt ?? Number.POSITIVE_INFINITY))
      const refused = members.reduce((sum, one) => sum + one.refused, 0)
      return { back: all && last - since, note: `${count} clients, ${refused} items refused on the way` }
    } finally {
      for (const one of members) one.close()
    }
  },
}
