import { existsSync, readFileSync } from 'node:fs'

/** Of the nearest package.json: this file runs from the source tree and from dist/. */
function read(): string {
  const file = ['../package.json', '../../package.json'].map(path => new URL(path, import.meta.url)).find(existsSync)
  const { version } = JSON.parse(file ? readFileSync(file, 'utf8') : '{}') as { version?: string }
  return version ?? 'unknown'
}

/** Of this program. */
export const VERSION = read()
