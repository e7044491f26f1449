import { isSession } from '../../adapters/contract.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import type { Emulated } from './fleet.ts'
import { CONTROL_PATH } from './kit/control.ts'

/** What a person needs to know of the emulators that run; each thing that one alone can be told. */
export async function wordsOf(emulated: readonly Emulated[]): Promise<string> {
  const [only, ...others] = emulated
  const words = [
    ...emulated.map(
      ({ manifest, running }) =>
        `${manifest.title}: emulated at ${running.origin}, with ${running.instruments} instruments.`,
    ),
    '\nIn tickwire.toml:',
    ...emulated.map(sectionOf),
    '\nThen:\n',
    ...(await Promise.all(emulated.map(accountOf))),
    '\nWhen asked:\n',
    ...emulated.flatMap(typedOf),
    '\nTo see what they are asked and have sent, and all that they can be told:\n',
    ...emulated.map(({ running }) => `  curl ${running.origin}${CONTROL_PATH}`),
  ]
  if (only && others.length === 0) words.push('\nTo make it misbehave:\n', ...ordersOf(only))
  else words.push('\nTo make one misbehave:\n', `  curl -X POST ${only?.running.origin}${CONTROL_PATH}/drop`)
  return `${words.join('\n')}\n\nCtrl-C ends it.\n`
}

function sectionOf({ manifest, running }: Emulated): string {
  const lines = Object.entries(running.settings).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`)
  return `\n  [feeds.${manifest.broker.toUpperCase()}]\n${lines.join('\n')}\n  expect_ticks = "always"`
}

/** How it gets its account. Where a broker has no page to log in on, its code is asked for: here it comes from. */
async function accountOf({ manifest: { broker }, running: { origin } }: Emulated): Promise<string> {
  const adapter = await loadAdapter({ kind: 'builtin', adapter: broker })
  const isTyped = isSession(adapter) && adapter.login.url === undefined
  const code = isTyped ? `   # asks for a code: curl -X POST ${origin}${CONTROL_PATH}/answer` : ''
  return `  tickwire account add ${broker}\n  tickwire account login ${broker}${code}`
}

function typedOf({ manifest, running }: Emulated): string[] {
  const width = Math.max(...Object.keys(running.credentials).map(name => name.length))
  return Object.entries(running.credentials).map(
    ([name, value]) => `  ${manifest.broker.padEnd(10)}  ${name.padEnd(width)}  ${value}`,
  )
}

const ordersOf = ({ manifest, running }: Emulated): string[] =>
  Object.entries(manifest.orders).map(([name, { about, example }]) => {
    const body = example === undefined ? '' : ` -d '${example}'`
    return `  curl -X POST${body} ${running.origin}${CONTROL_PATH}/${name}   # ${about}`
  })

/** The same for a program: addresses, what is typed, and where what a person brings back from a login is to be had. */
export const factsOf = (emulated: readonly Emulated[]): object => ({
  emulators: emulated.map(({ manifest, running: { origin, instruments, settings, credentials } }) => ({
    broker: manifest.broker,
    title: manifest.title,
    origin,
    instruments,
    settings: { ...settings, expect_ticks: 'always' },
    credentials,
    answer: `${origin}${CONTROL_PATH}/answer`,
  })),
})
