import { FyersEmulator, type FyersOptions } from '../emulators/fyers/server.ts'
import { TestClient } from './client.ts'
import { enters, type FeedSaid, feedOf } from './feed.ts'
import { type Said, System } from './system.ts'

/** A frame of a book. */
interface DepthFrame {
  readonly symbol: string
  readonly mode: number
  readonly data: {
    readonly ltp: number
    readonly depth_level?: number
    readonly depth?: Readonly<Record<'buy' | 'sell', readonly { price: number; quantity: number; orders: number }[]>>
  }
}

/** A whole Tickwire with one Fyers account at an emulated Fyers, set up with the commands a user types. */
export class FyersSystem {
  readonly broker: FyersEmulator
  readonly system: System
  readonly client: TestClient
  /** What must never be seen: of the app, of every login so far. */
  readonly secrets: string[]

  private constructor(broker: FyersEmulator, system: System, client: TestClient) {
    this.broker = broker
    this.system = system
    this.client = client
    this.secrets = [broker.account.appSecret]
  }

  /** Logged in and live. */
  static async start(options: FyersOptions = {}): Promise<FyersSystem> {
    const broker = await FyersEmulator.start({ tickMs: 50, recorded: false, ...options })
    const { account } = broker
    const lines = Object.entries(broker.settings).map(([name, value]) => `${name} = "${value}"`)
    const system = await System.start(
      `[feeds.FYERS]\n${lines.join('\n')}\nexpect_ticks = "always"\n[log]\nlevel = "debug"\n`,
    )
    const credentials = JSON.stringify({ app_id: account.appId, app_secret: account.appSecret })
    const added = await system.pipe(credentials, 'account', 'add', 'fyers')
    if (added.code !== 0) throw new Error(`account add: ${added.err}`)
    const client = await TestClient.open(system.url())
    client.send({ action: 'authenticate', api_key: system.key })
    const all = new FyersSystem(broker, system, client)
    await all.login()
    await all.enters('live', 'quiet')
    return all
  }

  /** As after a login in the browser: the address comes in by stdin. */
  async login(): Promise<Said> {
    const said = await this.system.pipe(this.broker.answer(), 'account', 'login', 'fyers', '--callback-port', 'off')
    if (said.code !== 0) throw new Error(`account login: ${said.err}`)
    this.secrets.push(this.broker.account.accessToken() ?? '')
    return said
  }

  /** How the feed stands now, as the proxy tells its clients. */
  feed(): Promise<FeedSaid> {
    return feedOf(this.system, 'FYERS')
  }

  /** Waits until the feed is in one of these states, and gives what it says. */
  enters(...states: string[]): Promise<FeedSaid> {
    return enters(this.system, 'FYERS', states)
  }

  /** Frames of this symbol as it was subscribed, in one mode (1, 2, 3), in order. */
  frames(symbol: string, mode: number): DepthFrame[] {
    return (this.client.ticks as unknown as DepthFrame[]).filter(one => one.symbol === symbol && one.mode === mode)
  }

  async close(): Promise<void> {
    this.client.close()
    await this.system.close()
    await this.broker.close()
  }
}
