import { stringify } from 'smol-toml'
import { OPENALGO_NAMES } from './environment.ts'
import { SETTINGS, type Setting } from './settings.ts'

const HEAD = `# Tickwire configuration.
# Every line is the default: remove the "#" in front of a setting, and of its [section], to change it.
# The environment wins over this file: log.level is TICKWIRE_LOG_LEVEL, proxy.port is TICKWIRE_PROXY_PORT or, as in
# OpenAlgo, WEBSOCKET_PORT. Secrets do not belong in this file.
`

const FEEDS = `
# Settings of one feed, over those it was registered with:
#[feeds.MY-FEED]
#setting = "value"
`

const section = ({ spelling }: Setting): string => spelling.split('.').slice(0, -1).join('.')

/**
 * The commented file \`tickwire init\` writes, made from the schema. Sections that switch something on by being there
 * are commented out themselves.
 */
export function configTemplate(): string {
  let text = HEAD
  let current = ''
  for (const setting of SETTINGS) {
    const name = section(setting)
    const header = name === 'bus.tcp' ? `#[${name}]` : `[${name}]`
    text += name === current ? '\n' : `\n${header}\n\n`
    current = name
    text += entry(setting)
  }
  return text + FEEDS
}

function entry({ spelling, note, shown }: Setting): string {
  const key = spelling.split('.').at(-1) ?? ''
  const openalgo = OPENALGO_NAMES[spelling]
  const comment = [note, openalgo && `OpenAlgo's ${openalgo} is read too.`].filter(Boolean).join(' ')
  return `${comment && `# ${comment}\n`}#${stringify({ [key]: shown }).trim()}\n`
}
