import { z } from 'zod'
import { schema } from './schema.ts'

/** One leaf of the schema, with the names it goes by. */
export interface Setting {
  /** Path in `Config`, e.g. `['proxy', 'authDeadlineMs']`. */
  readonly path: readonly string[]
  /** Path in the file, e.g. `proxy.auth_deadline_ms`. */
  readonly spelling: string
  /** Environment variable, e.g. `TICKWIRE_PROXY_AUTH_DEADLINE_MS`. */
  readonly variable: string
  readonly schema: z.ZodType
  readonly isList: boolean
  readonly isPath: boolean
  readonly note: string | undefined
  /** What the template shows: the default, or an example where there is none. */
  readonly shown: unknown
}

const snake = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

function* leaves(section: z.ZodObject, path: readonly string[]): Generator<Setting> {
  for (const [name, leaf] of Object.entries(section.shape)) {
    const at = [...path, name]
    if (leaf instanceof z.ZodObject) yield* leaves(leaf, at)
    else if (leaf instanceof z.ZodType) yield describe(leaf, at)
  }
}

function describe(leaf: z.ZodType, path: readonly string[]): Setting {
  const inner = leaf instanceof z.ZodOptional || leaf instanceof z.ZodDefault ? leaf.unwrap() : leaf
  const name = path.at(-1) ?? ''
  return {
    path,
    spelling: path.map(snake).join('.'),
    variable: `TICKWIRE_${path.map(snake).join('_').toUpperCase()}`,
    schema: leaf,
    isList: inner instanceof z.ZodArray,
    isPath: /(^dir|Dir|File)$/.test(name),
    note: leaf.description,
    shown: leaf instanceof z.ZodDefault ? leaf.def.defaultValue : leaf.meta()?.example,
  }
}

/** Every setting, in the order of the schema. */
export const SETTINGS: readonly Setting[] = [...leaves(schema, [])]
