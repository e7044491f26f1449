import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = join(import.meta.dirname, 'native')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/bench')

/** Path of a program of `native/`, compiled once for each state of the sources. */
export function compile(name: 'client' | 'broadcaster'): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(SOURCES).sort()) hash.update(readFileSync(join(SOURCES, file)))
  const program = join(CACHE, `${name}-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  const unfinished = `${program}.${process.pid}`
  try {
    execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-o', unfinished, join(SOURCES, `${name}.c`)], { stdio: 'pipe' })
  } catch (cause) {
    throw new Error(`The bench needs a C compiler to make ${name}; next: install gcc or clang as "cc"`, { cause })
  }
  renameSync(unfinished, program)
  return program
}
