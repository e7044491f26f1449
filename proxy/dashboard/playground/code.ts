import node from './node.txt?raw'
import python from './python.txt?raw'
import wscat from './wscat.txt?raw'

export interface Conversation {
  /** Of the stream. */
  readonly address: string
  readonly features: readonly string[]
  /** Sent after the key. */
  readonly message: Readonly<Record<string, unknown>>
}

export const LANGUAGES = ['Node', 'Python', 'wscat'] as const
export type Language = (typeof LANGUAGES)[number]

/** Code that does the same, to be run as it is pasted. It has never a key or a ticket in it. */
export function codeOf(language: Language, { address, features, message }: Conversation): string {
  const hello = { action: 'authenticate', ...(features.length > 0 && { features }) }
  switch (language) {
    case 'Node':
      return fill(node, [address, hello, message].map(javascriptOf))
    case 'Python':
      return fill(python, [address, hello, message].map(pythonOf))
    case 'wscat': {
      // In double quotes the shell puts the key in.
      const withKey = JSON.stringify({ ...hello, api_key: '$TICKWIRE_API_KEY' }).replaceAll('"', '\\"')
      return fill(wscat, [quoted(address), `"${withKey}"`, quoted(JSON.stringify(message))])
    }
    default:
      throw language satisfies never
  }
}

const PLACES = ['ADDRESS', 'HELLO', 'MESSAGE'] as const

/** In one go: what is put in is not looked through again. */
function fill(template: string, texts: readonly string[]): string {
  const byPlace = new Map<string, string>(PLACES.map((place, nth) => [place, texts[nth] ?? '']))
  return template.replace(/\b(ADDRESS|HELLO|MESSAGE)\b/g, place => byPlace.get(place) ?? place)
}

/** For a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const javascriptOf = (value: unknown): string =>
  write(value, { true: 'true', false: 'false', none: 'null' }, key =>
    /^[a-z_]\w*$/i.test(key) ? key : JSON.stringify(key),
  )

const pythonOf = (value: unknown): string =>
  write(value, { true: 'True', false: 'False', none: 'None' }, key => JSON.stringify(key))

interface Words {
  readonly true: string
  readonly false: string
  readonly none: string
}

function write(value: unknown, words: Words, name: (key: string) => string): string {
  const again = (one: unknown) => write(one, words, name)
  if (value === true) return words.true
  if (value === false) return words.false
  if (value === null || value === undefined) return words.none
  if (Array.isArray(value)) return `[${value.map(again).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const parts = Object.entries(value).map(([key, one]) => `${name(key)}: ${again(one)}`)
  return `{ ${parts.join(', ')} }`
}
