import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { systemCode, TickwireError } from '../errors.ts'
import type { Layer, Said } from './layer.ts'
import { feedTables } from './schema.ts'
import { SETTINGS } from './settings.ts'
import { didYouMean } from './spelling.ts'

type Table = Record<string, unknown>

export interface FileLayer extends Layer {
  readonly feeds: Record<string, Table>
}

const spellings: ReadonlySet<string> = new Set(SETTINGS.map(({ spelling }) => spelling))
const sections: ReadonlySet<string> = new Set(
  SETTINGS.flatMap(({ spelling }) => {
    const names = spelling.split('.').slice(0, -1)
    return names.map((_, depth) => names.slice(0, depth + 1).join('.'))
  }),
)

/** Reads the TOML file. A missing file is an error only when somebody asked for it by name. */
export function readConfigFile(path: string, required: boolean): FileLayer {
  const text = readText(path, required)
  const { feeds = {}, ...settings } = parseText(path, text)
  const layer = { values: new Map<string, Said>(), problems: [] as string[] }
  flatten(settings, '', path, layer)
  const tables = feedTables.safeParse(feeds)
  if (tables.success) return { ...layer, feeds: tables.data }
  for (const { path: at, message, code } of tables.error.issues) {
    const why = code === 'invalid_key' ? 'is no feed name: 1 to 32 of A-Z, 0-9 and "-"' : message
    layer.problems.push(`${['feeds', ...at.map(name => shown(String(name)))].join('.')} (${path}): ${why}`)
  }
  return { ...layer, feeds: {} }
}

function readText(path: string, required: boolean): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = systemCode(cause)
    if ((code === 'ENOENT' || code === 'ENOTDIR') && !required) return ''
    throw new TickwireError(
      'CONFIG_INVALID',
      `Configuration file ${path} cannot be read (${code ?? 'unknown reason'})`,
      {
        next: code === 'ENOENT' ? `tickwire init --config ${path}` : `check that you may read ${path}`,
        cause,
      },
    )
  }
}

function parseText(path: string, text: string): Table {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    // Only the first line: what follows it is a piece of the file, which is not ours to print.
    const why = cause.message.split('\n', 1)[0]?.replace(/^Invalid TOML document: /, '')
    throw new TickwireError('CONFIG_INVALID', `${path}:${cause.line}:${cause.column}: not valid TOML: ${why}`, {
      next: `correct line ${cause.line} of ${path}`,
    })
  }
}

function flatten(
  table: Table,
  prefix: string,
  origin: string,
  layer: { values: Map<string, Said>; problems: string[] },
) {
  for (const [key, value] of Object.entries(table)) {
    const spelling = prefix + key
    if (spellings.has(spelling)) layer.values.set(spelling, { value, origin, base: dirname(origin) })
    else if (!sections.has(spelling))
      layer.problems.push(
        `${prefix}${shown(key)} (${origin}): no such setting${didYouMean(spelling, [...spellings, ...sections])}`,
      )
    else if (isTable(value)) flatten(value, `${spelling}.`, origin, layer)
    else layer.problems.push(`${spelling} (${origin}): is a section, written [${spelling}]`)
  }
}

/** A name of the file as the file would write it, on one line and not without an end: anything may stand between quotes. */
const shown = (name: string): string => (/^[\w-]{1,80}$/.test(name) ? name : JSON.stringify(name.slice(0, 80)))

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
