import { FlattradeEmulator, type FlattradeOptions } from '../emulators/flattrade/server.ts'
import { enters, type FeedSaid, feedOf } from './feed.ts'
import { Charts, type MarketFrame } from './openalgo.ts'
import { System } from './system.ts'

/** A whole Tickwire with one Flattrade account at an emulated broker, set up with the commands a user types. */
export class FlattradeSystem {
  readonly broker: FlattradeEmulator
  readonly system: System
  readonly charts: Charts

  private constructor(broker: FlattradeEmulator, system: System) {
    this.broker = broker
    this.system = system
    this.charts = new Charts(() => system.url(), system.key)
  }

  /** Logged in and live. */
  static async start(options: FlattradeOptions = {}, settings: Readonly<Record<string, string>> = {}) {
    const broker = await FlattradeEmulator.start({ tickMs: 50, recorded: false, ...options })
    const lines = Object.entries({ ...broker.settings, expect_ticks: 'always', ...settings })
    const system = await System.start(
      `[feeds.FLATTRADE]\n${lines.map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join('')}`,
    )
    const all = new FlattradeSystem(broker, system)
    const { apiKey, apiSecret } = broker.account
    const credentials = JSON.stringify({ api_key: apiKey, api_secret: apiSecret })
    const added = await system.pipe(credentials, 'account', 'add', 'flattrade')
    if (added.code !== 0) throw new Error(`account add: ${added.err}`)
    await all.login()
    await all.enters('live')
    return all
  }

  /** As after a login in the browser: the address that it was sent to comes in by stdin. */
  async login(): Promise<void> {
    const said = await this.system.pipe(this.broker.answer(), 'account', 'login', 'flattrade', '--callback-port', 'off')
    if (said.code !== 0) throw new Error(`account login: ${said.err}`)
  }

  /** How the feed stands now, as the proxy tells its clients. */
  feed(): Promise<FeedSaid> {
    return feedOf(this.system, 'FLATTRADE')
  }

  /** Waits until the feed is in one of these states, and gives what it says. */
  enters(...states: string[]): Promise<FeedSaid> {
    return enters(this.system, 'FLATTRADE', states)
  }

  /** Frames of one instrument in one mode (1, 2, 3), as they came. */
  frames(symbol: string, mode: number): MarketFrame[] {
    return this.charts.frames.filter(frame => frame.symbol === symbol && frame.mode === mode)
  }

  async close(): Promise<void> {
    this.charts.close()
    await this.system.close()
    await this.broker.close()
  }
}
