/** What a key does on the row that the keys act on. */
export type Command =
  | { readonly kind: 'go'; readonly by: number | 'page' | '-page' | 'first' | 'last' }
  | { readonly kind: 'move'; readonly by: -1 | 1 }
  | { readonly kind: 'depth' | 'chart' | 'pin' | 'remove' | 'take' }

export interface Pressed {
  readonly key: string
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ArrowUp: { kind: 'go', by: -1 },
  ArrowDown: { kind: 'go', by: 1 },
  PageUp: { kind: 'go', by: '-page' },
  PageDown: { kind: 'go', by: 'page' },
  Home: { kind: 'go', by: 'first' },
  End: { kind: 'go', by: 'last' },
  Enter: { kind: 'take' },
  Delete: { kind: 'remove' },
  d: { kind: 'depth' },
  c: { kind: 'chart' },
  p: { kind: 'pin' },
}

/** `undefined`: it is none of the list's. */
export function commandOf({ key, altKey, ctrlKey, metaKey }: Pressed): Command | undefined {
  if (ctrlKey || metaKey) return undefined
  if (altKey) {
    if (key === 'ArrowUp') return { kind: 'move', by: -1 }
    return key === 'ArrowDown' ? { kind: 'move', by: 1 } : undefined
  }
  return COMMANDS[key.length === 1 ? key.toLowerCase() : key]
}

/** Where a move ends, within the list. */
export function placeAfter(
  by: number | 'page' | '-page' | 'first' | 'last',
  at: number,
  count: number,
  page: number,
): number {
  const last = count - 1
  if (by === 'first' || last < 0) return 0
  if (by === 'last') return last
  if (at < 0) return 0
  const step = by === 'page' ? page : by === '-page' ? -page : by
  return Math.min(last, Math.max(0, at + step))
}

/** A key that works wherever nobody is writing: the search, or the list of that number. */
export function shortcutOf(
  { key, altKey, ctrlKey, metaKey }: Pressed,
  isWriting: boolean,
): 'search' | number | undefined {
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') return 'search'
  if (isWriting || ctrlKey || metaKey || altKey) return undefined
  if (key === '/') return 'search'
  return /^[1-7]$/.test(key) ? Number(key) : undefined
}
