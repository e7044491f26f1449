import { chmodSync, existsSync, readFileSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { curveKeyPair } from 'zeromq'
import { z } from 'zod'
import { type CurveClient, type CurveKeys, isCurveKey } from '../bus/curve.ts'
import type { Config } from '../shared/config.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'
import { folderError, makeFolder } from '../shared/store/folder.ts'

const key = z.string().refine(isCurveKey)
const pair = z.object({ publicKey: key, secretKey: key })
const list = z.object({ server: key, clients: z.record(z.string(), key) })

/** Who may connect: what stands, readable by all, in `public.json`. */
export type CurveList = z.infer<typeof list>

/** Name of the forwarder's own pair. */
export const SERVER = 'server'
/** Names of pairs, which are file names. */
export const CURVE_NAME = /^[A-Za-z0-9-]{1,32}$/

/** What holds for a key that is taken off the list. */
export const STILL_CONNECTED = 'It opens no new connection; to end one that is open, start the bus again.'

const listFile = (dir: string): string => join(dir, 'public.json')
const keyFile = (dir: string, name: string): string => join(dir, `${name}.key`)

/** Makes the pairs that are not there yet (0400, in a folder of 0700), and says which. Throws FOLDER_UNUSABLE. */
export function makeCurveKeys(dir: string, names: readonly string[]): { made: string[]; list: CurveList } {
  try {
    makeFolder(dir)
    const made: string[] = []
    const keys = new Map<string, string>()
    for (const name of [SERVER, ...names]) {
      const path = keyFile(dir, name)
      if (!existsSync(path)) {
        writeFileSync(path, `${JSON.stringify(curveKeyPair())}\n`, { mode: 0o400, flag: 'wx' })
        made.push(name)
      }
      keys.set(name, readPair(path).publicKey)
    }
    const { [SERVER]: server = '', ...clients } = Object.fromEntries(keys)
    const before = existsSync(listFile(dir)) ? readCurveList(dir).clients : {}
    const whole = { server, clients: { ...before, ...clients } }
    writeList(dir, whole)
    return { made, list: whole }
  } catch (error) {
    throw folderError(dir, error)
  }
}

/** Takes a name off the list, and its pair with it; false when there was neither. Throws CONFIG_INVALID, FOLDER_UNUSABLE. */
export function removeCurveKey(dir: string, name: string): boolean {
  try {
    if (!existsSync(listFile(dir))) return false
    const { server, clients } = readCurveList(dir)
    const { [name]: listed, ...others } = clients
    if (listed !== undefined) writeList(dir, { server, clients: others })
    const hadPair = name !== SERVER && existsSync(keyFile(dir, name))
    if (hadPair) rmSync(keyFile(dir, name))
    return listed !== undefined || hadPair
  } catch (error) {
    throw folderError(dir, error)
  }
}

function writeList(dir: string, whole: CurveList): void {
  // The forwarder reads it while it is written.
  writeFileSync(`${listFile(dir)}.new`, `${JSON.stringify(whole, undefined, 2)}\n`, { mode: 0o644 })
  chmodSync(`${listFile(dir)}.new`, 0o644)
  renameSync(`${listFile(dir)}.new`, listFile(dir))
}

/** Throws CONFIG_INVALID when it is missing or damaged. */
function readCurveList(dir: string): CurveList {
  const parsed = list.safeParse(readJson(listFile(dir)))
  if (parsed.success) return parsed.data
  throw unusable(listFile(dir), 'is no list of CURVE keys')
}

/** The pair of the forwarder. Throws the same, and FOLDER_UNUSABLE for a file others can read. */
export const readServerKeys = (dir: string): CurveKeys => readPair(keyFile(dir, SERVER))

/** What the process called `name` connects with; `undefined` without CURVE. Throws the same. */
export function readClientKeys(bus: Config['bus'], name: string): CurveClient | undefined {
  const { tcp, curve } = bus
  if (!tcp || !curve) return undefined
  const { keysDir, keyFile: own = keyFile(keysDir, name), serverKey = readCurveList(keysDir).server } = curve
  return { ...readPair(own), serverKey }
}

function readPair(path: string): CurveKeys {
  const value = readJson(path)
  if (statSync(path).mode & 0o077)
    throw new TickwireError('FOLDER_UNUSABLE', `The CURVE key ${path} can be read by other users`, {
      next: `chmod 400 ${path}; if somebody may have read it: rm ${path}, then tickwire bus keys`,
    })
  const parsed = pair.safeParse(value)
  if (parsed.success) return parsed.data
  throw unusable(path, 'is no CURVE key')
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw unusable(path, systemCode(error) === 'ENOENT' ? 'is not there' : `cannot be read (${systemCode(error)})`)
  }
}

const unusable = (path: string, why: string) =>
  new TickwireError('CONFIG_INVALID', `${path} (bus.curve) ${why}`, { next: 'tickwire bus keys' })

/** The list of who may connect, as it is now: a key that is made or taken out counts for the next connection. */
export class CurveGuests {
  readonly #dir: string
  #names: ReadonlyMap<string, string> = new Map()
  #mark = ''

  /** Throws CONFIG_INVALID when it is missing or damaged. */
  constructor(dir: string) {
    this.#dir = dir
    this.#read()
  }

  nameOf(publicKey: string): string | undefined {
    try {
      this.#read()
    } catch (error) {
      // While it is missing or may not be read the last one goes on: those who are known come in.
      if (!(error instanceof TickwireError)) throw error
    }
    return this.#names.get(publicKey)
  }

  #read(): void {
    const path = listFile(this.#dir)
    const stat = statOf(path)
    const mark = `${stat?.ino} ${stat?.mtimeMs}`
    if (mark === this.#mark) return
    this.#names = new Map(Object.entries(readCurveList(this.#dir).clients).map(([name, one]) => [one, name]))
    this.#mark = mark
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw unusable(path, `cannot be read (${systemCode(error)})`)
  }
}
