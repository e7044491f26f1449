import { existsSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { didYouMean } from '../../shared/config/spelling.ts'
import { TickwireError } from '../../shared/errors.ts'
import { oneLine } from '../../shared/words.ts'
import type { EmulatorManifest } from './emulator.ts'

export const USAGE =
  'npm run emulate -- BROKER,…|all [--port 9400] [--rows 150000] [--tick-ms 1000] [--rate 5000] [--seed 1] [--json]'

/** Every folder beside this file that has a manifest, by the name of its broker. */
async function manifests(): Promise<EmulatorManifest[]> {
  const found: EmulatorManifest[] = []
  for (const folder of readdirSync(import.meta.dirname)) {
    // Built, it is JavaScript.
    const file = join(import.meta.dirname, folder, `manifest${extname(import.meta.filename)}`)
    if (!existsSync(file)) continue
    const module: { default: EmulatorManifest } = await import(pathToFileURL(file).href)
    found.push(module.default)
  }
  return found.sort((a, b) => (a.broker < b.broker ? -1 : 1))
}

/** Those that are meant by `all`, or by names with commas between. Throws USAGE, naming what there is, with `next`. */
export async function choose(words: readonly string[], next: string): Promise<EmulatorManifest[]> {
  const known = await manifests()
  const names = words.flatMap(word => word.toLowerCase().split(',')).filter(name => name !== '')
  const there = [...known.map(({ broker }) => broker), 'all']
  const unknown = names.find(name => !there.includes(name))
  if (names.length === 0 || unknown !== undefined)
    throw new TickwireError('USAGE', `${misspelt(unknown, there)}Emulated brokers: ${titles(known)}, or all`, { next })
  return names.includes('all') ? known : known.filter(({ broker }) => names.includes(broker))
}

const titles = (known: readonly EmulatorManifest[]): string =>
  known.map(({ broker, title }) => `${broker} (${title})`).join(', ')

function misspelt(word: string | undefined, known: readonly string[]): string {
  if (word === undefined) return ''
  const meant = didYouMean(word, known)
  return `${oneLine(word)} is no emulated broker${meant || '.'} `
}
