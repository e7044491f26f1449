import { systemClock } from '../../shared/clock.ts'
import type { Contract } from '../emulators/kit/contract.ts'
import type { Quote } from '../emulators/kit/walk.ts'
import { TestClient } from './client.ts'
import { enters, type FeedSaid, feedOf } from './feed.ts'
import { eventually, type Said, System } from './system.ts'

/** What an emulator shows of itself. */
interface Seen {
  readonly orders: Readonly<Record<string, string>>
  readonly handshakes: readonly { readonly stream: string; readonly at: number; readonly status?: number }[]
  readonly connections: readonly { readonly stream: string; readonly open: boolean; readonly subscribed: number }[]
}

/** `tickwire up --emulate …`, and a hand on each of the brokers it plays. */
export class EmulatedSystem extends System {
  /** Names of brokers, and where each takes orders. */
  origins: ReadonlyMap<string, string> = new Map()

  constructor() {
    super('', 'emulated')
  }

  static async startEmulated(brokers: string): Promise<EmulatedSystem> {
    const system = new EmulatedSystem()
    await system.again(brokers)
    return system
  }

  /** Starts it, also once more. */
  async again(brokers: string): Promise<void> {
    await this.begin(['up', '--port', 'auto', '--emulate', brokers], { TICKWIRE_DATA_DIR: this.outer })
    this.origins = new Map(
      await eventually(() => {
        const found = [...this.up.out.matchAll(/^ {2}(\w+) +(http:\S+)\/emulator$/gm)]
        return found.length > 0 && found.map(([, broker = '', origin = '']) => [broker, origin] as const)
      }),
    )
  }

  get brokers(): readonly string[] {
    return [...this.origins.keys()]
  }

  /** Has a broker's emulator do something. */
  async order<Answer = unknown>(broker: string, name: string, body: object = {}): Promise<Answer> {
    const answer = await fetch(`${this.origins.get(broker)}/emulator/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${broker} ${name}: ${await answer.text()}`)
    return (await answer.json()) as Answer
  }

  async seen(broker: string): Promise<Seen> {
    return (await (await fetch(`${this.origins.get(broker)}/emulator`)).json()) as Seen
  }

  /** What an instrument is worth at its broker now. */
  async quote(broker: string, exchange: string, symbol: string): Promise<Quote> {
    const { quote } = await this.order<{ contract: Contract; quote: Quote }>(broker, 'quote', { exchange, symbol })
    return quote
  }

  /** How a broker's feed stands. */
  feed(broker: string): Promise<FeedSaid> {
    return feedOf(this, broker.toUpperCase())
  }

  /** Waits until its feed is in one of these states; gives what it says, and after how long. */
  async enters(broker: string, ...states: string[]): Promise<FeedSaid & { afterMs: number }> {
    const from = systemClock.monotonic()
    const feed = await enters(this, broker.toUpperCase(), states)
    return { ...feed, afterMs: systemClock.monotonic() - from }
  }

  /** Waits until all of these have prices: until its list is loaded an instrument is refused, and charts ask for each once. */
  async lists(exchange: string, symbols: readonly string[]): Promise<void> {
    const client = await TestClient.open(this.url())
    client.send({ action: 'authenticate', api_key: this.key })
    await eventually(() => {
      const missing = symbols.filter(one => !client.ticks.some(({ symbol }) => symbol === one))
      for (const symbol of missing) client.send({ action: 'subscribe', mode: 'LTP', symbols: [{ exchange, symbol }] })
      return missing.length === 0
    }, 60_000)
    client.close()
  }

  /** As its owner every morning, with the command he types. */
  async login(broker: string): Promise<Said> {
    const { answer = '' } = await this.order<{ answer?: string }>(broker, 'answer')
    return this.pipe(`${answer}\n`, 'account', 'login', broker, '--callback-port', 'off')
  }
}
