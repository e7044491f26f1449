import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/** One source file of the project and what it imports from the project, as paths from the root. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly string[]
}

const FLOORS = ['shared', 'bus', 'adapters', 'proxy', 'scripts', 'test']

export function sourceFiles(folders: readonly string[] = FLOORS): SourceFile[] {
  return folders.flatMap(folder => {
    const found = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    return found
      .filter(entry => entry.isFile() && /\.(ts|tsx|mjs|js)$/.test(entry.name))
      .map(entry => read(join(entry.parentPath, entry.name)))
  })
}

function read(file: string): SourceFile {
  const text = readFileSync(file, 'utf8')
  const specifiers = text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^'?]+)(?:\?raw)?'/g)
  const imports = [...specifiers].map(([, specifier = '']) => fromRoot(resolve(dirname(file), specifier)))
  return { path: fromRoot(file), text, lines: text.split('\n').length - 1, imports }
}

const fromRoot = (file: string): string => relative(ROOT, file).split(sep).join('/')

/** Code without comments, so that prose may name what code may not. String contents stay. */
export const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
