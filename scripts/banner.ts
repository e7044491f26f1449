import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../shared/config.ts'
import type { ProcessDetails } from '../shared/process.ts'
import type { Secret } from '../shared/secret.ts'
import { pageAddress } from './address.ts'
import type { Happening, UpFacts } from './facts.ts'
import type { Invocation } from './invocation.ts'
import { oneLine, type Terminal } from './terminal.ts'

/** What `tickwire up` tells its user on stdout. */
export interface Announcer {
  /** Everything is there; from now on changes are told. The key is shown here and nowhere else, and so is the ticket. */
  ready(proxy: ProcessDetails, facts: UpFacts, opens: { key: Secret | undefined; ticket: () => Secret }): void
  happened(happening: Happening): void
  barred(feed: string, broker: string): void
  /** The end was asked for: what follows is no news. */
  silence(): void
}

export function announce({ terminal, folder, globals, config }: Invocation): Announcer {
  let listening = false
  const barred = new Set<string>()
  // A person reads this also through a pipe (npm, docker, journald): JSON only on request.
  const json = globals.format === 'json'
  return {
    ready({ host, port }, { children }, { key, ticket }) {
      listening = true
      const url = streamUrl(String(host), Number(port), config.proxy.tls.certFile !== undefined)
      if (json) {
        const page = pageAddress(url, terminal.interactive ? ticket() : undefined)
        terminal.print(
          JSON.stringify({ event: 'ready', url, page, dataDir: folder.root, children, key: key?.reveal() }),
        )
        return
      }
      const feeds = children.filter(child => child.kind === 'adapter')
      const state = feeds.map(
        ({ name, state, lastExit }) => `${name} ${state}${lastExit ? ` (${oneLine(lastExit.reason)})` : ''}`,
      )
      terminal.print(
        [
          `Tickwire is running. Ctrl-C stops everything.`,
          ``,
          `  stream  ${url}`,
          // What is written anywhere else than on a terminal is kept for others to read.
          `  page    ${pageAddress(url, terminal.interactive ? ticket() : undefined)}`,
          `          ${terminal.interactive ? 'signs in once, within 10 minutes; later: ' : ''}npx tickwire open${folderOption(folder.root)}`,
          `  feeds   ${state.join(', ') || 'none; see tickwire adapter list'}`,
          `  data    ${folder.root}`,
          ...(config.market === 'always-open' ? ['  market  ALWAYS OPEN: for development, no calendar is asked'] : []),
          key
            ? `  key     ${key.reveal()}\n          shown this once; it reads prices and order updates, it cannot trade`
            : `  keys    tickwire key list`,
          ``,
          `Prices in another terminal:`,
          ``,
          `  npx tickwire tail NSE:RELIANCE NSE_INDEX:NIFTY --mode quote${folderOption(folder.root)}`,
          ``,
        ].join('\n'),
      )
    },
    happened(happening) {
      if (!listening) return
      const { at, name, text } = happening
      if (json) terminal.print(JSON.stringify({ event: 'change', ...happening }))
      else terminal.print(`${timeOfDay(at)}  ${name} ${oneLine(text)}`)
    },
    barred(feed, broker) {
      if (barred.has(feed)) return
      barred.add(feed)
      terminal.say(`warning: feed ${feed} was not started: VALID_BROKERS leaves out its broker ${broker}`)
    },
    silence() {
      listening = false
    },
  }
}

/** Older setups hand broker credentials over in the environment. */
export function warnOfSecrets({ brokerCredentials: { apiKey, apiSecret } }: Config, terminal: Terminal): void {
  const names = [...(apiKey ? ['BROKER_API_KEY'] : []), ...(apiSecret ? ['BROKER_API_SECRET'] : [])]
  if (names.length === 0) return
  terminal.say(
    `warning: ${names.join(' and ')}: not used by what is started here, and kept out of it. ` +
      'next: tickwire account add BROKER moves them into the vault; then unset them',
  )
}

/** What a person should know before the port opens: settings that do not count, and those that let in everybody. */
export function warnOfSettings({ warnings, market, proxy }: Config, terminal: Terminal): void {
  const { origins, metrics, trustedForwarders } = proxy
  for (const warning of warnings) terminal.say(`warning: ${warning}`)
  if (market === 'always-open')
    terminal.say(
      'warning: MARKET ALWAYS OPEN (market = "always-open"): no calendar is asked, so that a closed market counts as a ' +
        'fault. For development; else leave --market, TICKWIRE_MARKET and market out',
    )
  if (origins.includes('*'))
    terminal.say(
      'warning: proxy.origins holds "*": pages of every site may connect from the browsers of your users. ' +
        'Name the sites that need to',
    )
  if (metrics === 'open')
    terminal.say(
      trustedForwarders.length > 0
        ? 'warning: proxy.metrics is "open", which does not count where proxy.trusted_forwarders names any: ' +
            '/metrics wants a key. next: tickwire key create prometheus --admin'
        : 'warning: proxy.metrics is "open": every program of this machine reads /metrics without a key, and everybody ' +
            'whom a forwarder here brings under the name localhost. Name forwarders in proxy.trusted_forwarders, or use a key',
    )
}

/** Where a client on this machine finds a server that listens there. */
export function streamUrl(host: string, port: number, tls = false): string {
  const near = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `${tls ? 'wss' : 'ws'}://${near.includes(':') ? `[${near}]` : near}:${port}`
}

/** Other commands look into the default folder unless told otherwise. */
export const folderOption = (root: string): string =>
  root === join(homedir(), '.tickwire') ? '' : ` --data-dir ${/^[\w./-]+$/.test(root) ? root : JSON.stringify(root)}`

/** Hours, minutes and seconds where the user is. */
export const timeOfDay = (at: number): string => new Date(at).toLocaleTimeString('en-GB')
