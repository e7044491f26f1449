import { effect, type Signal, signal } from '@preact/signals'

interface Kept {
  readonly value: () => unknown
  /** Whether it could be taken. */
  readonly take: (value: unknown) => boolean
  /** From another tab, which keeps it already. */
  readonly hear: (value: unknown) => void
}

const PREFIX = 'tickwire.'
const all = new Map<string, Kept>()

/**
 * A choice of the person that outlives the page: theme, lists, columns. Never anything secret. What is kept and does not
 * pass `read` is replaced by what the page begins with. `join`: what another tab chose, with what is this tab's own.
 */
export function kept<T>(
  key: string,
  first: T,
  read: (value: unknown) => T | undefined,
  join: (theirs: T, own: T) => T = theirs => theirs,
): Signal<T> {
  const name = PREFIX + key
  const choice = signal<T>(load(name, read) ?? first)
  let isSaved = true
  effect(() => {
    const text = JSON.stringify(choice.value)
    if (!isSaved) save(name, text)
    isSaved = false
  })
  all.set(key, {
    value: () => choice.value,
    take(value) {
      const taken = read(value)
      if (taken !== undefined) choice.value = taken
      return taken !== undefined
    },
    hear(value) {
      const theirs = read(value)
      if (theirs === undefined) return
      const joined = join(theirs, choice.value)
      // Tabs that answer each other would do so for ever.
      if (JSON.stringify(joined) === JSON.stringify(choice.value)) return
      isSaved = true
      choice.value = joined
    },
  })
  return choice
}

/** Takes what another tab of this browser chose: the next choice of this one would undo it. */
export function hearTab({ key, newValue }: Pick<StorageEvent, 'key' | 'newValue'>): void {
  if (!key?.startsWith(PREFIX) || newValue === null) return
  const choice = all.get(key.slice(PREFIX.length))
  try {
    choice?.hear(JSON.parse(newValue))
  } catch {
    // Another version of the page, or somebody's hand: this tab stays as it is.
  }
}

/** Every choice, by name: what a person takes along to another browser. */
export const allKept = (): Record<string, unknown> =>
  Object.fromEntries([...all].map(([key, { value }]) => [key, value()]))

/** Takes these choices; gives the names of those it does not know or cannot take. */
export function takeAll(choices: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(choices)
    .filter(([key, value]) => !all.get(key)?.take(value))
    .map(([key]) => key)
}

function load<T>(name: string, read: (value: unknown) => T | undefined): T | undefined {
  try {
    const text = localStorage.getItem(name)
    return text === null ? undefined : read(JSON.parse(text))
  } catch {
    // Damaged, or the browser keeps nothing: the page begins as for somebody new.
    return undefined
  }
}

function save(name: string, text: string): void {
  try {
    localStorage.setItem(name, text)
  } catch {
    // Full, or forbidden: the choice holds for as long as the page is open.
  }
}

export const oneOf =
  <T extends string>(...values: readonly T[]) =>
  (value: unknown): T | undefined =>
    values.find(one => one === value)

export const theme = kept<'dark' | 'light' | 'system'>('theme', 'dark', oneOf('dark', 'light', 'system'))
export const density = kept<'dense' | 'comfortable'>('density', 'dense', oneOf('dense', 'comfortable'))
/** What rises and falls is shown with. */
export const palette = kept<'green-red' | 'blue-orange'>('palette', 'green-red', oneOf('green-red', 'blue-orange'))
