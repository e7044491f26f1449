import type { EmulatorManifest } from '../emulator.ts'
import { CONTROL_PATH, ORDERS } from './control.ts'
import { KiteEmulator } from './server.ts'

const manifest: EmulatorManifest = {
  broker: 'zerodha',
  title: 'Kite Connect 3: login, instruments and ticker of Zerodha',
  async start(options) {
    const emulator = await KiteEmulator.start(options)
    return { words: wordsOf(emulator), close: () => emulator.close() }
  },
}

export default manifest

function wordsOf(emulator: KiteEmulator): string {
  const orders = Object.entries(ORDERS).map(([name, { about, example }]) => {
    const body = example === undefined ? '' : ` -d '${example}'`
    return `  curl -X POST${body} ${emulator.apiUrl}${CONTROL_PATH}/${name}   # ${about}`
  })
  return `Kite is emulated at ${emulator.apiUrl}, with ${emulator.rows.length} instruments.

In tickwire.toml:

  [feeds.ZERODHA]
  api_url = "${emulator.apiUrl}"
  stream_url = "${emulator.streamUrl}"
  login_url = "${emulator.loginUrl}"
  expect_ticks = "always"

When asked:

  api_key     ${emulator.apiKey}
  api_secret  ${emulator.apiSecret}

To see what it is asked and has sent:

  curl ${emulator.apiUrl}${CONTROL_PATH}

To make it misbehave:

${orders.join('\n')}

Ctrl-C ends it.
`
}
