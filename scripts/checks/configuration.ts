import { existsSync } from 'node:fs'
import { builtinNames, loadAdapter } from '../../adapters/registry.ts'
import { checkSettings, feedLayers, settingsError } from '../../adapters/settings.ts'
import { didYouMean } from '../../shared/config/spelling.ts'
import type { Config } from '../../shared/config.ts'
import { TickwireError } from '../../shared/errors.ts'
import { ControlStore } from '../../shared/store/control.ts'
import { type FeedRecord, isBrokerValid } from '../../shared/store/feeds.ts'
import type { Invocation } from '../invocation.ts'
import { firstFeed } from '../setup.ts'
import { type Check, finding, ok, warn } from './check.ts'

/** What of the configuration speaks of feeds. */
type FeedConfig = Pick<Config, 'configFile' | 'feeds' | 'validBrokers'>

/**
 * Before anything starts: the settings of every feed that would. Throws one CONFIG_INVALID with a line for every
 * problem.
 */
export async function requireFeedSettings(config: FeedConfig, feeds: readonly FeedRecord[]): Promise<void> {
  const problems = await feedProblems(config, feeds)
  if (problems.length > 0) throw settingsError(problems)
}

/** One line for every section of a feed that is not registered: misspelt, or left over from one that was removed. */
export function orphanSections({ configFile, feeds: sections }: FeedConfig, feeds: readonly FeedRecord[]): string[] {
  const names = feeds.map(({ name }) => name)
  const orphans = Object.keys(sections).filter(name => !names.includes(name))
  return orphans.map(name => {
    const hint =
      didYouMean(name, names) ||
      `; remove the section, or register it: tickwire account add, tickwire adapter add ${name}`
    return `feeds.${name} (${configFile}) is not used: no feed of this name is registered${hint}`
  })
}

/** For `doctor`: the same problems as a check; nothing is made that is not there. */
export async function checkConfiguration({ config, folder, clock }: Invocation): Promise<Check> {
  const check = 'configuration'
  const feeds = existsSync(folder.controlDb) ? registeredFeeds(folder) : [firstFeed(clock.now())]
  try {
    if (feeds) await requireFeedSettings(config, feeds)
  } catch (error) {
    return finding(check, error)
  }
  const warnings = [...config.warnings, ...(feeds ? orphanSections(config, feeds) : [])]
  if (warnings.length > 0) return warn(check, warnings.join('\n'), 'correct or remove what is not meant')
  return ok(check, config.configFile)
}

/** `undefined` when the database cannot be read, which is the matter of another check. */
export function registeredFeeds(folder: Invocation['folder']): FeedRecord[] | undefined {
  try {
    const store = ControlStore.open(folder)
    try {
      return store.feeds.list()
    } finally {
      store.close()
    }
  } catch (error) {
    if (error instanceof TickwireError) return undefined
    throw error
  }
}

/**
 * One line for every problem. Adapters outside the tree are not loaded: foreign code has no place in the process that
 * keeps all others running, and their own process says the same of them.
 */
async function feedProblems(config: FeedConfig, feeds: readonly FeedRecord[]): Promise<string[]> {
  const problems = externalSections(config, feeds)
  const known = builtinNames()
  const ours = feeds.filter(({ kind, enabled, adapter }) => kind === 'builtin' && enabled && known.includes(adapter))
  for (const feed of ours.filter(feed => isBrokerValid(feed, config.validBrokers))) {
    const adapter = await loadAdapter({ kind: 'builtin', adapter: feed.adapter })
    const configured = { origin: config.configFile, settings: config.feeds[feed.name] ?? {} }
    problems.push(...(checkSettings(feed.name, adapter, feedLayers(feed, configured)).problems ?? []))
  }
  return problems
}

/** Sections of feeds that run outside, whose programs would not see them. */
const externalSections = ({ configFile, feeds: sections }: FeedConfig, feeds: readonly FeedRecord[]): string[] =>
  feeds
    .filter(({ kind, name }) => kind === 'external' && Object.hasOwn(sections, name))
    .map(({ name }) => `feeds.${name} (${configFile}): is external; give the settings to the program that publishes it`)
