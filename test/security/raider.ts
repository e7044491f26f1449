import { WebSocket } from 'ws'

/** A client of the attacker: says what it is given, and hands over every frame it gets. Keeps nothing. */
export class Raider {
  #answered: (() => void)[] = []
  readonly #ws: WebSocket
  readonly #hear: (text: string) => void

  private constructor(ws: WebSocket, hear: (text: string) => void) {
    this.#ws = ws
    this.#hear = hear
    ws.on('error', () => {})
    ws.on('message', data => {
      const text = (data as Buffer).toString()
      this.#hear(text)
      if (!BY_ITSELF.test(text)) this.#answered.shift()?.()
    })
    ws.once('close', () => {
      for (const answered of this.#answered.splice(0)) answered()
    })
  }

  static async enter(url: string, key: string, hear: (text: string) => void): Promise<Raider> {
    const ws = new WebSocket(url)
    const raider = new Raider(ws, hear)
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))
    await raider.ask({ action: 'authenticate', api_key: key, features: ['seq', 'state', 'source'] })
    return raider
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  /** Resolves with the next reply, or the end of the connection. */
  ask(message: object): Promise<void> {
    if (!this.isOpen) return Promise.resolve()
    this.#ws.send(JSON.stringify(message))
    return new Promise(resolve => this.#answered.push(resolve))
  }

  close(): void {
    this.#ws.terminate()
  }
}

const BY_ITSELF = /^\{"type":"(market_data|state|notice|gap|source|order_update)"/
