import type { Kind } from './fields.ts'

/** What an id of the server stands for on this connection. */
export interface Topic {
  /** As it was subscribed: `sf|nse_cm|3045`. */
  readonly name: string
  /** The same without its kind: the token of the instrument. */
  readonly token: string
  readonly kind: Kind
  /** Raw prices of the topic to the rupee. */
  readonly divisor: number
}

const KINDS: ReadonlySet<string> = new Set<Kind>(['sf', 'dp', 'if'])

const isKind = (text: string): text is Kind => KINDS.has(text)

/** The kind and the token of a topic's name; undefined for a kind that nobody here asks for. */
export function parseTopic(name: string): Pick<Topic, 'kind' | 'token'> | undefined {
  const kind = name.slice(0, 2)
  return isKind(kind) && name[2] === '|' ? { kind, token: name.slice(3) } : undefined
}

/** The ids of one connection. A snapshot gives them, and gives them anew as it likes: the last one counts. */
export class TopicTable {
  readonly #topics = new Map<number, Topic>()
  readonly #ids = new Map<string, number>()

  get(id: number): Topic | undefined {
    return this.#topics.get(id)
  }

  set(id: number, topic: Topic): void {
    this.forget(id)
    const before = this.#ids.get(topic.name)
    if (before !== undefined) this.#topics.delete(before)
    this.#topics.set(id, topic)
    this.#ids.set(topic.name, id)
  }

  forget(id: number): void {
    const topic = this.#topics.get(id)
    if (topic) this.#ids.delete(topic.name)
    this.#topics.delete(id)
  }

  clear(): void {
    this.#topics.clear()
    this.#ids.clear()
  }
}
