import { WebSocket } from 'ws'

/** Ages of frames when they were read, milliseconds. */
export interface Ages {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const SILENT_MS = 20_000

/** Clients that were there before the attack: each counts what it gets by the sequence that every frame has. */
export class Residents {
  /** Publications that should have come and did not, told or untold. */
  lost = 0
  /** Connections that ended, or were refused. */
  gone = 0
  #ages: number[] = []
  #isClosing = false
  readonly #sockets: WebSocket[] = []

  /** Resolves when every one of them has a price. */
  async enter(url: string, keys: readonly string[], symbols: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key, nth) => this.#open(url, key, symbols, `127.0.200.${nth + 1}`)))
  }

  /** Of what came since the last time. */
  ages(): Ages {
    const sorted = this.#ages.sort((a, b) => a - b)
    this.#ages = []
    const part = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN
    return { count: sorted.length, p50: part(0.5), p99: part(0.99), max: part(1) }
  }

  close(): void {
    this.#isClosing = true
    for (const socket of this.#sockets) socket.terminate()
  }

  /** Each from an address of its own, as clients in the world are. */
  #open(url: string, key: string, symbols: readonly string[], localAddress: string): Promise<void> {
    const socket = new WebSocket(url, { localAddress })
    this.#sockets.push(socket)
    const sequences = new Map<string, number>()
    return new Promise((resolve, reject) => {
      let heard = 'nothing'
      const late = setTimeout(
        () => reject(new Error(`a resident had no price after ${SILENT_MS} ms, and heard ${heard}`)),
        SILENT_MS,
      )
      socket.on('open', () => {
        socket.send(JSON.stringify({ action: 'authenticate', api_key: key, features: ['seq', 'count', 'gap'] }))
        const items = symbols.map(symbol => ({ exchange: 'NSE', symbol }))
        socket.send(JSON.stringify({ action: 'subscribe', mode: 'LTP', symbols: items }))
      })
      socket.on('message', data => {
        heard = (data as Buffer).toString()
        const frame = JSON.parse(heard)
        if (frame.type === 'gap') this.lost += frame.lost ?? 1
        if (frame.status === 'error' || frame.status === 'partial')
          reject(new Error(`a resident was refused: ${JSON.stringify(frame)}`))
        if (frame.type !== 'market_data') return
        clearTimeout(late)
        resolve()
        const last = sequences.get(frame.symbol)
        if (last !== undefined && !frame.snapshot) this.lost += Math.max(0, frame.seq - last - (frame.count ?? 1))
        sequences.set(frame.symbol, frame.seq)
        if (!frame.snapshot) this.#ages.push(Date.now() - frame.data.timestamp)
      })
      socket.on('error', reject)
      socket.on('close', () => {
        if (!this.#isClosing) this.gone++
      })
    })
  }
}
