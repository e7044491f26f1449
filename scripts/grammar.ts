import type { Argument, Command, Option } from 'commander'

/** What stands where a word is typed, for shells. */
export interface Level {
  /** The words that lead here: `[]`, `['key', 'create']`. */
  readonly path: readonly string[]
  readonly commands: readonly Word[]
  readonly options: readonly Flag[]
  /** Choices of its arguments. */
  readonly words: readonly string[]
  /** One of its arguments is the name of a feed. */
  readonly takesFeed: boolean
}

interface Word {
  readonly name: string
  readonly says: string
}

interface Flag extends Word {
  /** Whether a value follows it, and which ones there are. */
  readonly takes: 'nothing' | 'value' | 'file' | 'feed' | readonly string[]
}

/** What is built in. */
interface Names {
  readonly adapters: readonly string[]
  /** Those that need an account. */
  readonly brokers: readonly string[]
}

/** Every command with what can follow it, the whole first, by the tree that reads the command line. Pure. */
export function grammarOf(program: Command, names: Names): Level[] {
  const global = visible(program).map(option => flag(option, names))
  const walk = (command: Command, path: readonly string[]): Level[] => [
    {
      path,
      commands: below(command).map(one => ({ name: one.name(), says: one.description() })),
      options: [...(path.length > 0 ? visible(command).map(option => flag(option, names)) : []), ...global],
      words: command.registeredArguments.flatMap(
        one => one.argChoices?.filter(choice => choice !== 'feeds') ?? wordsOf(path, one, names),
      ),
      takesFeed: command.registeredArguments.some(one => isFeed(path, one)),
    },
    ...below(command).flatMap(one => walk(one, [...path, one.name()])),
  ]
  return walk(program, [])
}

const below = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter(one => one.name() !== 'help')

const visible = (command: Command): readonly Option[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .filter(one => one.long !== '--help')

/** `<name>` of a new feed is none that is there. */
const isFeed = ([group, name]: readonly string[], argument: Argument): boolean =>
  argument.name() === 'feeds' ||
  (argument.name() === 'name' && ['adapter', 'account', 'secrets'].includes(group ?? '') && name !== 'add')

const wordsOf = ([group, name]: readonly string[], argument: Argument, names: Names): readonly string[] =>
  group === 'account' && name === 'add' && argument.name() === 'broker' ? names.brokers : []

function flag({ long, short, description, required, optional, argChoices, flags }: Option, names: Names): Flag {
  const name = long ?? short ?? ''
  const placeholder = /[<[]([^>\]]+)/.exec(flags)?.[1] ?? ''
  const takes = argChoices ?? (name === '--adapter' ? names.adapters : followedBy(name, placeholder))
  return { name, says: description, takes: required || optional ? takes : 'nothing' }
}

function followedBy(name: string, placeholder: string): Flag['takes'] {
  if (placeholder === 'file' || placeholder === 'dir' || placeholder === 'path') return 'file'
  return name === '--feed' || name === '--feeds' ? 'feed' : 'value'
}
