import type { EmulatorManifest, RunningEmulator } from './emulator.ts'
import { CONTROL_PATH } from './kit/control.ts'

/** What a person needs to know of an emulator that runs. */
export function wordsOf({ broker, title, orders }: EmulatorManifest, running: RunningEmulator): string {
  const { origin, instruments, settings, credentials } = running
  const set = Object.entries(settings).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`)
  const width = Math.max(...Object.keys(credentials).map(name => name.length))
  const typed = Object.entries(credentials).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
  const told = Object.entries(orders).map(([name, { about, example }]) => {
    const body = example === undefined ? '' : ` -d '${example}'`
    return `  curl -X POST${body} ${origin}${CONTROL_PATH}/${name}   # ${about}`
  })
  return `${title}: emulated at ${origin}, with ${instruments} instruments.

In tickwire.toml:

  [feeds.${broker.toUpperCase()}]
${set.join('\n')}
  expect_ticks = "always"

When asked:

${typed.join('\n')}

To see what it is asked and has sent:

  curl ${origin}${CONTROL_PATH}

To make it misbehave:

${told.join('\n')}
`
}
