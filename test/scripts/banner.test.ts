import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { announce, warnOfSettings } from '../../scripts/banner.ts'
import { Terminal } from '../../scripts/terminal.ts'
import { loadConfig } from '../../shared/config.ts'
import { Secret } from '../../shared/secret.ts'
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

  it('metrics open to programs without a key are one warning', () => {
    const open = { TICKWIRE_PROXY_METRICS: 'open' }
    expect(warnings(open)).toEqual([expect.stringMatching(/^warning: proxy\.metrics is "open": .* use a key$/)])
    expect(warnings({ ...open, TICKWIRE_PROXY_TRUSTED_FORWARDERS: '127.0.0.1' })).toEqual([
      expect.stringMatching(/^warning: proxy\.metrics .* does not count .*key create prometheus --admin$/),
    ])
  })

  it('two names that contradict each other are one warning', () => {
    expect(warnings({ TICKWIRE_PROXY_PORT: '9000', WEBSOCKET_PORT: '9001' })).toEqual([
      'warning: proxy.port: TICKWIRE_PROXY_PORT (9000) is used, and WEBSOCKET_PORT (9001) is not; unset one of them',
    ])
  })
})

describe('the address of the page', () => {
  /** What `up` prints when all is there. */
  function said(format: 'json' | 'table', isTTY: boolean): string {
    const out = Object.assign(new PassThrough(), { isTTY })
    const invocation = {
      terminal: new Terminal({ out, err: new PassThrough(), color: false, quiet: false }),
      folder: { root: '/tmp/tw' },
      globals: { format },
      config: loadConfig({ dataDir: temporaryPath() }, {}),
    } as unknown as Parameters<typeof announce>[0]
    const opens = { key: undefined, ticket: () => new Secret('tw_live_ticket', 'passing') }
    announce(invocation).ready({ host: '127.0.0.1', port: 8765 }, { children: [] } as never, opens)
    return String(out.read())
  }

  it.each(['json', 'table'] as const)('signs in on a terminal only: %s', format => {
    expect(said(format, true)).toContain('http://127.0.0.1:8765/#ticket=tw_live_ticket')
    const kept = said(format, false)
    expect(kept).toContain('http://127.0.0.1:8765/')
    expect(kept).not.toContain('ticket=')
  })
})
