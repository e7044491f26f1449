import { existsSync, readFileSync } from 'node:fs'
import { OPENALGO_NAMES } from '../../shared/config/environment.ts'
import { SETTINGS, type Setting } from '../../shared/config/settings.ts'
import { type Config, effectiveSettings } from '../../shared/config.ts'
import { TickwireError } from '../../shared/errors.ts'
import { MASK } from '../../shared/redaction.ts'
import { orphanSections, registeredFeeds, requireFeedSettings } from '../checks/configuration.ts'
import { lineOf } from '../fileline.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, overridesOf } from '../invocation.ts'
import { maskFeedSettings, maskValue } from '../masking.ts'
import { refuseUnsafeStart } from '../safety.ts'
import { firstFeed } from '../setup.ts'
import { type Column, openTerminal } from '../terminal.ts'

interface Fault {
  readonly verdict: 'fail' | 'warn'
  /** As the file spells it, where it is one setting. */
  readonly setting?: string | undefined
  /** A file and a line, a variable or an option. */
  readonly where?: string | undefined
  readonly problem: string
  readonly next?: string | undefined
}

const FAULTS: readonly Column<Fault>[] = [
  { head: 'VERDICT', cell: row => row.verdict, paint: row => (row.verdict === 'fail' ? 'red' : 'yellow') },
  { head: 'SETTING', cell: row => row.setting },
  { head: 'WHERE', cell: row => row.where },
  { head: 'PROBLEM', cell: row => row.problem },
  { head: 'NEXT', cell: row => row.next },
]

const WRONG = 78
const WARNED = 5

/** `tickwire config check`: every fault with its place; exits with 78 for faults, with 5 for warnings. Starts nothing. */
export async function checkConfig(globals: Globals): Promise<void> {
  const terminal = openTerminal(globals)
  const faults = await findFaults(globals)
  terminal.rows(faults, FAULTS, 'Nothing is wrong with the configuration.')
  const isWrong = faults.some(({ verdict }) => verdict === 'fail')
  process.exitCode = isWrong ? WRONG : faults.length > 0 ? WARNED : 0
}

async function findFaults(globals: Globals): Promise<Fault[]> {
  let config: Config
  try {
    const invocation = openInvocation(globals)
    config = invocation.config
    const feeds = existsSync(invocation.folder.controlDb)
      ? (registeredFeeds(invocation.folder) ?? [])
      : [firstFeed(invocation.clock.now())]
    await requireFeedSettings(config, feeds)
    await refuseUnsafeStart(invocation)
    return [...config.warnings, ...orphanSections(config, feeds)].map(text => faultOf(text, 'warn'))
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    const { message, next } = error
    return message.split('\n').map(text => faultOf(text, 'fail', next))
  }
}

/** `proxy.port (FILE): must be …`; what is of no setting has no place but its words. */
function faultOf(text: string, verdict: Fault['verdict'], next?: string): Fault {
  const [, setting, said, problem = ''] = /^([\w."'-]+) \(([^)]+)\):? (.*)$/.exec(text) ?? []
  if (setting === undefined || said === undefined) return { verdict, problem: text, next }
  const line = existsSync(said) ? lineOf(readFileSync(said, 'utf8'), setting) : undefined
  return { verdict, setting, where: line === undefined ? said : `${said}:${line}`, problem, next }
}

interface Shown {
  readonly setting: string
  readonly value?: unknown
  readonly origin: string
}

const SHOWN: readonly Column<Shown>[] = [
  { head: 'SETTING', cell: row => row.setting },
  { head: 'VALUE', cell: row => text(row.value) },
  { head: 'FROM', cell: row => row.origin, paint: row => (row.origin === 'default' ? 'dim' : undefined) },
]

/** `tickwire config print`: what counts, and who said it. Secrets are masked. Throws CONFIG_INVALID. */
export function printConfig(globals: Globals): void {
  const { config, folder, terminal } = openInvocation(globals)
  const rows: Shown[] = effectiveSettings(overridesOf(globals)).map(({ spelling, value, origin }) => ({
    setting: spelling,
    value: maskValue(spelling, value),
    origin,
  }))
  const registered = existsSync(folder.controlDb) ? (registeredFeeds(folder) ?? []) : []
  for (const [name, settings] of Object.entries(config.feeds)) {
    const feed = registered.find(one => one.name === name)
    for (const [key, value] of Object.entries(maskFeedSettings(settings, feed)))
      rows.push({ setting: `feeds.${name}.${key}`, value, origin: config.configFile })
  }
  const { apiKey, brokerCredentials } = config
  const secrets = [
    ['TICKWIRE_API_KEY', apiKey],
    ['BROKER_API_KEY', brokerCredentials.apiKey],
    ['BROKER_API_SECRET', brokerCredentials.apiSecret],
  ] as const
  for (const [variable, secret] of secrets) if (secret) rows.push({ setting: variable, value: MASK, origin: variable })
  terminal.rows(rows, SHOWN, '')
  for (const warning of config.warnings) terminal.say(`warning: ${warning}`)
}

interface Documented {
  readonly setting: string
  readonly default?: unknown
  readonly example?: unknown
  readonly environment: readonly string[]
  readonly says: string
}

/** `tickwire config doc`: every setting there is, from the schema that checks them. Reads no file. */
export function documentConfig(globals: Globals, { markdown = false }: { readonly markdown?: boolean }): void {
  const terminal = openTerminal(globals)
  const rows = SETTINGS.map(documented)
  if (markdown) terminal.print(markdownOf(rows))
  else
    terminal.rows(
      rows,
      [
        { head: 'SETTING', cell: row => row.setting },
        { head: 'DEFAULT', cell: row => text(row.default) },
        { head: 'ENVIRONMENT', cell: row => row.environment.join(', ') },
        { head: 'SAYS', cell: row => row.says },
      ],
      '',
    )
}

function documented({ spelling, variable, note = '', shown, schema }: Setting): Documented {
  const hasDefault = schema.safeParse(undefined).success && schema.parse(undefined) !== undefined
  const openalgo = OPENALGO_NAMES[spelling]
  return {
    setting: spelling,
    ...(shown !== undefined && { [hasDefault ? 'default' : 'example']: shown }),
    environment: openalgo === undefined ? [variable] : [variable, openalgo],
    says: note,
  }
}

function markdownOf(rows: readonly Documented[]): string {
  const cell = (value: string) => value.replaceAll('|', '\\|')
  const code = (value: unknown) => (value === undefined ? '' : `\`${cell(text(value) ?? '')}\``)
  return [
    '| setting | default | environment | says |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ setting, default: value, example, environment, says }) =>
        `| ${code(setting)} | ${value === undefined && example !== undefined ? `none; such as ${code(example)}` : code(value)} | ${environment.map(code).join(', ')} | ${cell(says)} |`,
    ),
  ].join('\n')
}

const text = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value)
