/**
 * The line of a TOML file that says a setting (`proxy.port`), from 1; that of its section where the name itself is not
 * found. For people: it reads no inline tables. Pure.
 */
export function lineOf(text: string, spelling: string): number | undefined {
  const wanted = spelling.split('.')
  let section: readonly string[] = []
  let ofSection: number | undefined
  for (const [at, line] of text.split('\n').entries()) {
    const header = /^\s*\[\[?([^\]]+)\]\]?\s*(?:#|$)/.exec(line)?.[1]
    const key = /^\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=/.exec(line)?.[1]
    if (header !== undefined) {
      section = header.split('.').map(bare)
      if (isSame(section, wanted)) return at + 1
      if (isSame(section, wanted.slice(0, -1))) ofSection = at + 1
    } else if (key !== undefined && isSame([...section, ...namesIn(key)], wanted)) return at + 1
  }
  return ofSection
}

const namesIn = (key: string): readonly string[] => (/^["']/.test(key) ? [bare(key)] : key.split('.'))

const bare = (name: string): string => name.trim().replace(/^(["'])(.*)\1$/, '$2')

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, at) => name === other[at])
