import type { z } from 'zod'
import { didYouMean } from '../shared/config/spelling.ts'
import { TickwireError } from '../shared/errors.ts'
import { excerpt, isSecretName, knowNamed } from '../shared/redaction.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import type { Adapter } from './contract.ts'

/** One place that says settings of a feed. */
export interface SettingsLayer {
  /** A file or an option, as a person knows it. */
  readonly origin: string
  readonly settings: Readonly<Record<string, unknown>>
  /** The command that mends what it says, where the next step of the error does not. */
  readonly remedy?: string
}

type Checked = { readonly problems: readonly string[] } | { readonly settings: unknown; readonly problems?: never }

/** What a registered feed runs with: what it was registered with, and over that what `configured` says. */
export const feedLayers = (
  { name, settings }: Pick<FeedRecord, 'name' | 'settings'>,
  configured: SettingsLayer,
): readonly SettingsLayer[] => [
  { origin: 'adapter add --set', settings, remedy: `tickwire adapter remove ${name}, then add it again` },
  configured,
]

/**
 * The adapter's settings with its defaults, or a line for every problem, with its path and where it was said. Later
 * layers win. From here on this process masks what stands under the name of a secret.
 */
export function checkSettings(feed: string, adapter: Adapter, layers: readonly SettingsLayer[]): Checked {
  const said: Record<string, unknown> = Object.assign({}, ...layers.map(({ settings }) => settings))
  for (const { settings } of layers) knowNamed(settings)
  const parsed = adapter.settings.safeParse(said)
  if (parsed.success) return { settings: parsed.data }
  const lines = parsed.error.issues.flatMap(issue =>
    faults(issue, said, adapter).map(({ path, why }) => {
      const layer = layers.findLast(({ settings }) => Object.hasOwn(settings, path[0] ?? ''))
      const origin = layer ? ` (${layer.origin})` : ''
      return `${['feeds', feed, ...path].join('.')}${origin}: ${why}${layer?.remedy ? `; mend: ${layer.remedy}` : ''}`
    }),
  )
  return { problems: [...new Set(lines)] }
}

/** The adapter's settings with its defaults. Throws CONFIG_INVALID with the lines of `checkSettings`. */
export function readSettings(feed: string, adapter: Adapter, layers: readonly SettingsLayer[]): unknown {
  const checked = checkSettings(feed, adapter, layers)
  if (checked.problems) throw settingsError(checked.problems)
  return checked.settings
}

/** CONFIG_INVALID of problems with feeds, one line each. */
export const settingsError = (problems: readonly string[]): TickwireError =>
  new TickwireError('CONFIG_INVALID', problems.join('\n'), {
    next: 'correct what is named above; then: tickwire doctor',
  })

interface Fault {
  readonly path: readonly string[]
  readonly why: string
}

/** A schema names all unknown settings of a table in one issue. Their values may be secrets, and are not shown. */
function faults(issue: z.core.$ZodIssue, said: Record<string, unknown>, adapter: Adapter): Fault[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({
      path: [...path, key],
      why: `no such setting${path.length === 0 ? didYouMean(key, settingNames(adapter)) : ''}`,
    }))
  const value = path.reduce<unknown>((part, key) => (isTable(part) ? part[key] : undefined), said)
  const isHidden = value === undefined || path.length === 0 || path.some(isSecretName)
  const not = isHidden ? '' : `, not ${excerpt(JSON.stringify(value) ?? '', 60)}`
  return [{ path, why: `${issue.message}${not}` }]
}

/** Not by class: an adapter outside the tree may bring its own copy of zod, and may wrap its object. */
const settingNames = ({ settings }: Adapter): string[] =>
  'shape' in settings && isTable(settings.shape) ? Object.keys(settings.shape) : []

const isTable = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
