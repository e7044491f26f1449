import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { systemCode } from '../errors.ts'
import { type Anchor, isSame, sealAnchor } from './auditchain.ts'
import { folderError } from './folder.ts'
import { grant } from './sharing.ts'

const hex = z.string().regex(/^[0-9a-f]{64}$/)
const shape = z.strictObject({ seq: z.int().nonnegative(), hash: hex, mac: hex })

/** What the file beside the records says; `damaged` for one that nobody who knows the key has written. */
export type Head = Anchor | 'missing' | 'damaged'

const NAME = 'file'
/** Makes the names of files that are being written differ. */
let writers = 0

/**
 * The file beside the records that says how far they had come. May lag behind them, never be ahead. Each process writes
 * it when its disk is ready; what comes late does not take back what another one has said meanwhile.
 */
export class HeadFile {
  readonly #path: string
  readonly #key: Buffer
  readonly #beside: string

  constructor(path: string, key: Buffer) {
    this.#path = path
    this.#key = key
    this.#beside = `${path}.${process.pid}-${++writers}.new`
  }

  /** Throws FOLDER_UNUSABLE. */
  read(): Head {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 'missing'
      throw folderError(this.#path, error)
    }
    const parsed = shape.safeParse(parse(text))
    if (!parsed.success) return 'damaged'
    const anchor = { seq: parsed.data.seq, hash: Buffer.from(parsed.data.hash, 'hex') }
    return isSame(sealAnchor(this.#key, NAME, anchor), Buffer.from(parsed.data.mac, 'hex')) ? anchor : 'damaged'
  }

  /** Replaces it whole. Throws FOLDER_UNUSABLE. */
  write(anchor: Anchor): void {
    const beside = this.#beside
    try {
      writeFileSync(beside, this.#text(anchor), { mode: 0o600, flush: true })
      grant(beside)
      this.#replace(beside, anchor)
    } catch (error) {
      rmSync(beside, { force: true })
      throw folderError(this.#path, error)
    }
  }

  /**
   * The same without a wait for the disk, once the records themselves are on it: after a power cut the file would else
   * speak of records that are not there. Rejects with FOLDER_UNUSABLE.
   */
  async writeAfter(journal: string, anchor: Anchor): Promise<void> {
    const beside = this.#beside
    try {
      const file = await open(journal, 'r')
      try {
        await file.datasync()
      } finally {
        await file.close()
      }
      await writeFile(beside, this.#text(anchor), { mode: 0o600, flush: true })
      grant(beside)
      this.#replace(beside, anchor)
    } catch (error) {
      await rm(beside, { force: true })
      throw folderError(this.#path, error)
    }
  }

  /** Without a wait between the look and the move. */
  #replace(beside: string, { seq }: Anchor): void {
    const now = this.read()
    if (typeof now === 'object' && now.seq > seq) rmSync(beside, { force: true })
    else renameSync(beside, this.#path)
  }

  #text(anchor: Anchor): string {
    const mac = sealAnchor(this.#key, NAME, anchor).toString('hex')
    return `${JSON.stringify({ seq: anchor.seq, hash: anchor.hash.toString('hex'), mac })}\n`
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
