import { didYouMean } from '../shared/config/spelling.ts'
import { TickwireError } from '../shared/errors.ts'
import { Secret } from '../shared/secret.ts'
import type { SessionAdapter } from './contract.ts'
import { redact } from './redaction.ts'

/** One thing the account's owner is asked for. */
export interface CredentialField {
  readonly name: string
  /** As a person knows it. */
  readonly label: string
  /** May be left empty, which is the same as not given. */
  readonly isOptional: boolean
}

/** What to ask for, in this order. Throws ADAPTER_INVALID when the adapter does not say. */
export function credentialFields({ name, credentials }: SessionAdapter): CredentialField[] {
  // Not by class: an adapter outside the tree may bring its own copy of zod.
  const shape: unknown = 'shape' in credentials ? credentials.shape : undefined
  if (typeof shape !== 'object' || shape === null)
    throw new TickwireError('ADAPTER_INVALID', `Adapter ${name}: credentials is no zod object`, {
      next: 'adapters/README.md shows what a manifest exports',
    })
  return Object.entries(shape).map(([field, schema]) => ({
    name: field,
    label: descriptionOf(schema) ?? field,
    isOptional: isOptional(schema),
  }))
}

/**
 * Checks what the owner gave; the same fields always give the same text, and an optional one that is empty is none.
 * Throws USAGE, naming every field that is missing, unknown or not right, and no value.
 */
export function sealCredentials(adapter: SessionAdapter, given: Readonly<Record<string, string>>): Secret {
  const fields = credentialFields(adapter)
  const names = fields.map(field => field.name)
  const unknown = Object.keys(given).filter(name => !names.includes(name))
  const problems = unknown.map(name => `${name} is not asked for${didYouMean(name, names)}`)
  const leftEmpty = fields.filter(({ name, isOptional }) => isOptional && given[name]?.trim() === '')
  const filled: Record<string, string> = { ...given }
  for (const { name } of leftEmpty) delete filled[name]
  const parsed = adapter.credentials.safeParse(filled)
  if (parsed.success && problems.length === 0) return new Secret(JSON.stringify(parsed.data))
  for (const { code, path, message } of parsed.error?.issues ?? []) {
    const name = path.join('.')
    // Of no field: unknown ones, which are named already, or a rule of the adapter for all of them.
    if (name === '') {
      if (code !== 'unrecognized_keys') problems.push(message)
    } else problems.push(Object.hasOwn(given, name) ? `${name}: ${message}` : `${name} is missing`)
  }
  throw new TickwireError('USAGE', redact(`Credentials: ${problems.join('; ')}`, Object.values(given)), {
    next: `${adapter.name} asks for: ${fields.map(nameField).join(', ')}`,
  })
}

/** As the adapter's schema gives them. Throws CREDENTIALS_REJECTED when they are not what it asks for now. */
export function openCredentials(account: string, adapter: SessionAdapter, credentials: Secret): unknown {
  const parsed = adapter.credentials.safeParse(JSON.parse(credentials.reveal()))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path }) => path.join('.'))
  throw new TickwireError(
    'CREDENTIALS_REJECTED',
    `Account ${account}: adapter ${adapter.name} now asks for ${fields.join(', ')}`,
    {
      next: `tickwire account add ${adapter.name} --name ${account}`,
    },
  )
}

const nameField = ({ name, isOptional }: CredentialField): string => (isOptional ? `${name} (optional)` : name)

/** Its own, or that of what it wraps: `describe` may stand before or after `optional`. */
function descriptionOf(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  if ('description' in schema && typeof schema.description === 'string') return schema.description
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? descriptionOf(schema.unwrap()) : undefined
}

const isOptional = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  'safeParse' in schema &&
  typeof schema.safeParse === 'function' &&
  schema.safeParse(undefined).success === true
