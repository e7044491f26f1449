import { KiteEmulator, type KiteOptions } from '../emulators/kite/server.ts'
import { enters, type FeedSaid, feedOf } from './feed.ts'
import { Charts, type MarketFrame } from './openalgo.ts'
import { eventually, type Said, System } from './system.ts'

/** A whole Tickwire with one Zerodha account at an emulated Kite, set up with the commands a user types. */
export class KiteSystem {
  readonly kite: KiteEmulator
  readonly system: System
  readonly charts: Charts
  /** What must never be seen: of the app, of the person, of every login so far. */
  readonly secrets: string[]

  private constructor(kite: KiteEmulator, system: System) {
    this.kite = kite
    this.system = system
    this.charts = new Charts(() => system.url(), system.key)
    this.secrets = [kite.apiKey, kite.apiSecret]
  }

  /** Logged in and live, unless told otherwise. `keepsHours`: ticks are expected when the calendar says so, not at all times. */
  static async start(options: KiteOptions = {}, { login = true, keepsHours = false } = {}): Promise<KiteSystem> {
    const kite = await KiteEmulator.start({ heartbeatMs: 1000, tickMs: 50, ...options })
    const { apiUrl, streamUrl, loginUrl } = kite
    const hours = keepsHours ? '' : 'expect_ticks = "always"\n'
    const system = await System.start(
      `[feeds.ZERODHA]\napi_url = "${apiUrl}"\nstream_url = "${streamUrl}"\nlogin_url = "${loginUrl}"\n${hours}[log]\nlevel = "debug"\n`,
    )
    const all = new KiteSystem(kite, system)
    const credentials = JSON.stringify({ api_key: kite.apiKey, api_secret: kite.apiSecret })
    const added = await system.pipe(credentials, 'account', 'add', 'zerodha')
    if (added.code !== 0) throw new Error(`account add: ${added.err}`)
    if (!login) return all
    await all.login()
    await all.enters('live')
    return all
  }

  /** As after a login in the browser: the request token comes in by stdin. */
  async login(): Promise<Said> {
    const requestToken = this.kite.issueRequestToken()
    const said = await this.system.pipe(requestToken, 'account', 'login', 'zerodha', '--callback-port', 'off')
    if (said.code !== 0) throw new Error(`account login: ${said.err}`)
    this.secrets.push(requestToken, this.kite.accessToken ?? '')
    return said
  }

  /** How the feed stands now, as the proxy tells its clients. */
  feed(): Promise<FeedSaid> {
    return feedOf(this.system, 'ZERODHA')
  }

  /** Waits until the feed is in one of these states, and gives what it says. */
  enters(...states: string[]): Promise<FeedSaid> {
    return enters(this.system, 'ZERODHA', states)
  }

  /** Frames of one instrument in one mode (1, 2, 3), as they came. */
  frames(symbol: string, mode: number): MarketFrame[] {
    return this.charts.frames.filter(frame => frame.symbol === symbol && frame.mode === mode)
  }

  /** Subscribes; gives the first frame. */
  async first(mode: 'LTP' | 'Quote' | 'Depth', symbol: string, exchange: string): Promise<MarketFrame> {
    this.charts.feed.subscribe(mode, symbol, exchange)
    const number = { LTP: 1, Quote: 2, Depth: 3 }[mode]
    return eventually(() => this.frames(symbol, number)[0])
  }

  async close(): Promise<void> {
    this.charts.close()
    await this.system.close()
    await this.kite.close()
  }
}
