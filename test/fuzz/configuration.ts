import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { SETTINGS } from '../../shared/config/settings.ts'
import { configTemplate } from '../../shared/config/template.ts'
import { type Config, loadConfig } from '../../shared/config.ts'
import { TickwireError } from '../../shared/errors.ts'
import { damagedText, hold, oddNumber, word } from './noise.ts'
import { claim, type Target } from './target.ts'

const folder = mkdtempSync(join(tmpdir(), 'tw-fuzz-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'tickwire.toml')

const names = SETTINGS.map(({ spelling }) => spelling)
const variables = SETTINGS.map(({ variable }) => variable)
const OTHERS = ['WEBSOCKET_HOST', 'WEBSOCKET_PORT', 'ZMQ_HOST', 'ZMQ_PORT', 'VALID_BROKERS', 'TICKWIRE_NONE', 'HOME']

/** What a shell can hand over: no NUL. */
const value = fc.oneof(
  oddNumber.map(String),
  word.map(one => one.replaceAll('\0', '')),
  fc.constantFrom('auto', '0', '65536', '~/x', 'a,b'),
)
const environment = fc.dictionary(fc.constantFrom(...variables, ...OTHERS), value, { maxKeys: 4 })

const quoted = word.map(one => JSON.stringify(one).replaceAll('\\ud', '\\u0'))
const literal = fc.oneof(
  oddNumber.map(one => (Number.isInteger(one) ? String(one) : one.toFixed(3))),
  quoted,
  fc.constantFrom('true', '[]', '["a", 1]', '{}', 'inf', 'nan', '1979-05-27', '0x10', '"""\n"""'),
)
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), literal).map(([name, said]) => `${name} = ${said}`) },
  { weight: 1, arbitrary: fc.tuple(quoted, literal).map(([name, said]) => `${name} = ${said}`) },
  { weight: 1, arbitrary: fc.tuple(quoted, literal).map(([name, said]) => `feeds.${name}.x = ${said}`) },
)
const toml = fc.oneof(
  fc.array(line, { maxLength: 5 }).map(lines => lines.join('\n')),
  damagedText([configTemplate(), '[proxy]\nport = 9000\n[feeds.TEST]\nsettings = 1\n']),
)

const KEY =
  /^([\w-]+(\.[^ ]*)*|feeds\..*|TICKWIRE_\w+|"?.{0,200}) \(|:\d+:\d+: not valid TOML|must not be above|^[\w.]+: is missing;/su

/** Either it is a configuration whose every value its own rule allows, or an error that names the setting. */
function load(env: Record<string, string>, content: string): void {
  writeFileSync(file, content)
  let config: Config
  try {
    config = loadConfig({ configFile: file }, env)
  } catch (error) {
    hold(error instanceof TickwireError && error.code === 'CONFIG_INVALID', `another error: ${String(error)}`)
    for (const one of error.message.split('\n')) hold(KEY.test(one), `names no setting: ${one}`)
    return
  }
  for (const { path, schema, spelling } of SETTINGS) {
    const said = path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], config)
    // A bus without TCP has no place.
    if (said === undefined) continue
    hold(schema.safeParse(said).success, `${spelling} is ${JSON.stringify(said)}`)
  }
}

export const configuration: Target = {
  name: 'configuration',
  claims: [
    claim('of any environment', 300, [environment], env => load(env, '')),
    claim('of any file', 300, [toml], content => load({}, content)),
    claim('of both', 150, [environment, toml], load),
  ],
}
