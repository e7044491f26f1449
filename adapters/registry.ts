import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import { address } from '../shared/address.ts'
import { pause } from '../shared/clock.ts'
import { type ErrorCode, TickwireError } from '../shared/errors.ts'
import type { Adapter } from './contract.ts'
import { adapterProblems } from './shape.ts'

/** Where an adapter is: beside this file, or in a folder outside the tree, named by its absolute path. */
export type AdapterPlace =
  | { readonly kind: 'builtin'; readonly adapter: string }
  | { readonly kind: 'folder'; readonly path: string }

/** Handed to a manifest that exports a function, so that a folder outside the tree needs no installation of its own. */
interface AdapterKit {
  readonly z: typeof z
  readonly pause: typeof pause
  /** Schema of an address that secrets travel to: encrypted, or on this machine. */
  readonly address: typeof address
  /** An error with one of our codes, for what an adapter throws or classifies. `next`: what a person can do about it. */
  readonly fail: (code: ErrorCode, text: string, next?: string) => TickwireError
}

/** Compiled first: a built tree may hold its sources too, and Node 20 cannot load those. */
const MANIFESTS = ['manifest.js', 'manifest.mjs', 'manifest.ts']
const here = fileURLToPath(new URL('.', import.meta.url))

/** Names of the adapters that come with the program: the folders beside this file that hold a manifest. */
export function builtinNames(): string[] {
  return readdirSync(here, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && findManifest(join(here, entry.name)) !== undefined)
    .map(entry => entry.name)
    .sort()
}

/**
 * Loads and checks one adapter. Throws ADAPTER_UNKNOWN when there is none at that place, ADAPTER_INVALID with the
 * folder and every field that is wrong.
 */
export async function loadAdapter(place: AdapterPlace): Promise<Adapter> {
  if (place.kind === 'folder') return loadFolder(place.path)
  const known = builtinNames()
  if (!known.includes(place.adapter))
    throw new TickwireError(
      'ADAPTER_UNKNOWN',
      `There is no adapter "${place.adapter}"; built in: ${known.join(', ')}`,
      {
        next: 'tickwire adapter add NAME --path DIR registers an adapter of your own',
      },
    )
  const folder = join(here, place.adapter)
  const adapter = await loadFolder(folder)
  if (adapter.name !== place.adapter)
    throw invalid(folder, `name: is "${adapter.name}", a built-in adapter is named like its folder`)
  return adapter
}

async function loadFolder(folder: string): Promise<Adapter> {
  if (!isAbsolute(folder))
    throw new TickwireError('ADAPTER_UNKNOWN', `Adapter folder "${folder}" is not an absolute path`, {
      next: 'give the whole path, beginning with /',
    })
  if (!existsSync(folder))
    throw new TickwireError('ADAPTER_UNKNOWN', `There is no adapter folder ${folder}`, { next: 'check the path' })
  const file = findManifest(folder)
  if (!file) throw invalid(folder, `holds none of ${MANIFESTS.join(', ')}`)
  const adapter = await readManifest(folder, file)
  const problems = adapterProblems(adapter)
  if (problems.length > 0) throw invalid(folder, problems.join('; '))
  return adapter as Adapter
}

/** What the manifest exports, or what its function makes of the kit. Foreign code: whatever it throws gets our code. */
async function readManifest(folder: string, file: string): Promise<unknown> {
  const kit: AdapterKit = { z, pause, address, fail }
  try {
    const module: { default?: unknown } = await import(pathToFileURL(file).href)
    return typeof module.default === 'function' ? await module.default(kit) : module.default
  } catch (cause) {
    throw invalid(folder, `cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
}

const findManifest = (folder: string): string | undefined =>
  MANIFESTS.map(name => join(folder, name)).find(path => existsSync(path))

const invalid = (folder: string, problem: string, cause?: unknown): TickwireError =>
  new TickwireError('ADAPTER_INVALID', `Adapter ${folder}: ${problem.replace(/\s+/g, ' ')}`, {
    next: 'adapters/README.md shows what a manifest exports',
    ...(cause === undefined ? {} : { cause }),
  })

const fail: AdapterKit['fail'] = (code, text, next) => new TickwireError(code, text, next === undefined ? {} : { next })
