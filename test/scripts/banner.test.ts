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

  it.each(['0.0.0.0', '::', '192.168.1.5', 'my-host'])('an open address (%s) is one warning: risk and remedy', host => {
    const [line = '', ...more] = warnings({ WEBSOCKET_HOST: host })
    expect(more).toEqual([])
    expect(line).toMatch(
      /^warning: the proxy listens on .* without TLS: .* firewall or a TLS reverse proxy.* 127\.0\.0\.1/,
    )
    expect(line).toContain(` ${host} `)
  })

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('an address of this machine (%s) is none', host => {
    expect(warnings({ WEBSOCKET_HOST: host })).toEqual([])
  })

  it('two names that contradict each other are one warning', () => {
    expect(warnings({ TICKWIRE_PROXY_PORT: '9000', WEBSOCKET_PORT: '9001' })).toEqual([
      'warning: proxy.port: TICKWIRE_PROXY_PORT (9000) is used, and WEBSOCKET_PORT (9001) is not; unset one of them',
    ])
  })
})
