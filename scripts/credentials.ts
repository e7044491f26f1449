import { createReadStream } from 'node:fs'
import type { CredentialField } from '../adapters/credentials.ts'
import type { Config } from '../shared/config.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'
import { isSecretName } from '../shared/redaction.ts'
import { ask, askSecret, readSecret } from './prompt.ts'

/** Credentials in arguments are refused, and not repeated. */
export function refuseWords(words: readonly string[]): void {
  if (words.length === 0) return
  throw new TickwireError(
    'USAGE',
    'Credentials have no place on a command line: others can see it, and histories keep it',
    {
      next: 'revoke them if they were real; then give the new ones when they are asked for, on stdin or in a file',
    },
  )
}

/** What the owner of an account gave. */
export interface Given {
  readonly values: Readonly<Record<string, string>>
  /** Variables that were used: they belong unset now. */
  readonly variables: readonly string[]
}

/** Two names of the environment, as older setups have them, and the fields they are for. */
const VARIABLES = { api_key: 'BROKER_API_KEY', api_secret: 'BROKER_API_SECRET' } as const

/**
 * From `file`, else from what is piped in, else from the environment, and what is still missing from the terminal; where
 * there is none, what is optional is left out. Throws USAGE when there is none of it, or something that cannot be read.
 */
export async function obtainCredentials(
  fields: readonly CredentialField[],
  file: string | undefined,
  { apiKey, apiSecret }: Config['brokerCredentials'],
): Promise<Given> {
  const text = file === undefined ? await readPipe() : await readFile(file)
  if (text !== '') return { values: parseCredentials(text), variables: [] }
  const environment = { api_key: apiKey, api_secret: apiSecret }
  const values: Record<string, string> = {}
  const variables: string[] = []
  for (const { name } of fields) {
    const known = name === 'api_key' || name === 'api_secret' ? name : undefined
    const secret = known && environment[known]
    if (!known || !secret) continue
    values[name] = secret.reveal()
    variables.push(VARIABLES[known])
  }
  const missing = fields.filter(({ name }) => values[name] === undefined)
  const needed = missing.filter(({ isOptional }) => !isOptional)
  if (!process.stdin.isTTY) {
    if (needed.length > 0) throw nothing(needed)
    return { values, variables }
  }
  for (const { name, label, isOptional } of missing) {
    const question = isOptional ? `${label} (may be left empty)` : label
    values[name] = isSecretName(name) ? (await askSecret(question)).reveal() : await ask(question)
  }
  return { values, variables }
}

/** A JSON object of texts, or `name=value` lines; `#` begins a comment. Throws USAGE, without any value in it. */
export function parseCredentials(text: string): Record<string, string> {
  const pairs = text.startsWith('{') ? readJson(text) : text.split('\n').flatMap(readLine)
  const names = pairs.map(([name]) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw unreadable(`${twice} is there twice`)
  return Object.fromEntries(pairs)
}

function readJson(text: string): [string, string][] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // Its own words repeat a piece of the text.
    throw unreadable('this is no valid JSON')
  }
  return Object.entries(parsed as object).map(([name, value]) => {
    if (typeof value === 'string') return [name, value]
    throw unreadable(`${name} has to be a text, in quotation marks`)
  })
}

function readLine(line: string, at: number): [string, string][] {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return []
  const [, name, value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(text) ?? []
  if (name === undefined) throw unreadable(`line ${at + 1} is no name=value`)
  const [, double, single] = /^"(.*)"$|^'(.*)'$/.exec(value) ?? []
  return [[name, double ?? single ?? value]]
}

async function readPipe(): Promise<string> {
  if (process.stdin.isTTY) return ''
  return (await readSecret(process.stdin)).reveal()
}

async function readFile(file: string): Promise<string> {
  try {
    const text = (await readSecret(createReadStream(file))).reveal()
    if (text !== '') return text
  } catch (cause) {
    if (cause instanceof TickwireError) throw cause
    throw new TickwireError('USAGE', `The file ${file} cannot be read (${systemCode(cause)})`, {
      next: 'give the path of a file with a name=value line for each credential',
      cause,
    })
  }
  throw unreadable(`${file} is empty`)
}

const unreadable = (why: string) =>
  new TickwireError('USAGE', `Credentials: ${why}`, {
    next: 'give a JSON object of texts, or name=value lines; --help shows examples',
  })

const nothing = (missing: readonly CredentialField[]) =>
  new TickwireError(
    'USAGE',
    `Credentials: ${missing.map(({ name }) => name).join(', ')} missing, and no terminal to ask on`,
    {
      next: 'pipe name=value lines in, or name a file with --file; never as arguments, which others can see',
    },
  )
