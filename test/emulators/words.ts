import type { Emulated } from './fleet.ts'
import { CONTROL_PATH } from './kit/control.ts'

/** What a person needs to know of the emulators that run; each thing that one alone can be told. */
export function wordsOf(emulated: readonly Emulated[]): string {
  const [only, ...others] = emulated
  const words = [
    ...emulated.map(
      ({ manifest, running }) =>
        `${manifest.title}: emulated at ${running.origin}, with ${running.instruments} instruments.`,
    ),
    '\nIn tickwire.toml:',
    ...emulated.map(sectionOf),
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
