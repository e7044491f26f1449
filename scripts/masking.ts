import { builtinNames } from '../adapters/registry.ts'
import { isSecretName, MASK, scrub } from '../shared/redaction.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'

/** The name and the password in an address. */
const USER_INFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i

/** A setting as it may be shown: nothing that its name calls a secret, and nothing that is one. */
export function maskValue(name: string, value: unknown): unknown {
  if (value === undefined || typeof value === 'boolean') return value
  if (isSecretName(name)) return MASK
  if (typeof value === 'string') return scrub(value).replace(USER_INFO, `$1${MASK}@`)
  if (Array.isArray(value)) return value.map(one => maskValue(name, one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, maskValue(key, one)]))
}

/** A table of settings as it may be shown to its owner. */
export const maskSettings = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, maskValue(name, value)]))

/** What a feed was told. Of an adapter that is not ours nobody knows which text is a secret: none is shown. */
export const maskFeedSettings = (
  settings: Readonly<Record<string, unknown>>,
  feed: Pick<FeedRecord, 'kind' | 'adapter'> | undefined,
): Record<string, unknown> => {
  const isOurs = feed?.kind === 'builtin' && builtinNames().includes(feed.adapter)
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      isOurs || typeof value === 'number' || typeof value === 'boolean' ? maskValue(name, value) : MASK,
    ]),
  )
}
