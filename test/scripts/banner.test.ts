import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { warnOfSettings } from '../../scripts/banner.ts'
import { Terminal } from '../../scripts/terminal.ts'
import { loadConfig } from '../../shared/config.ts'
import { temporaryPath } from '../support/datafolder.ts'

/** What is said before the start with these variables. */
function warnings(env: Record<string, string>): string[] {
  const err = new PassThrough()
  const terminal = new Terminal({ out: new PassThrough(), err, color: false, quiet: false })
  warnOfSettings(loadConfig({ dataDir: temporaryPath() }, env), terminal)
  const said = String(err.read() ?? '')
  return said.split('\n').slice(0, -1)
}

describe('before the start', () => {
  it('a market that is always open is one warning', () => {
    expect(warnings({ TICKWIRE_MARKET: 'always-open' })).toEqual([
      expect.stringMatching(/^warning: MARKET ALWAYS OPEN .* For development; else leave .*TICKWIRE_MARKET/),
    ])
    expect(warnings({ TICKWIRE_MARKET: 'calendar' })).toEqual([])
  })

  it('pages of every site let in are one warning: risk and remedy', () => {
    expect(warnings({ TICKWIRE_PROXY_ORIGINS: '*' })).toEqual([
      expect.stringMatching(/^warning: proxy\.origins holds "\*": .*Name the sites/),
    ])
    expect(warnings({ TICKWIRE_PROXY_ORIGINS: 'https://dash.example' })).toEqual([])
  })

  it('two names that contradict each other are one warning', () => {
    expect(warnings({ TICKWIRE_PROXY_PORT: '9000', WEBSOCKET_PORT: '9001' })).toEqual([
      'warning: proxy.port: TICKWIRE_PROXY_PORT (9000) is used, and WEBSOCKET_PORT (9001) is not; unset one of them',
    ])
  })
})
