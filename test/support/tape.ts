import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { Secret } from '../../shared/secret.ts'
import { readTape, type TapeHeader, type TapeOptions, type TapeRecord, TapeWriter } from '../../shared/tape.ts'
import { until } from './bus.ts'
import { temporaryPath } from './datafolder.ts'

export const TAPE_HEADER: TapeHeader = { feed: 'DEMO', broker: 'demo', startedAt: 1795220416000 }
/** Microseconds. */
export const AT = 1795220416123456

export const frameOf = (frame: string | Uint8Array, receivedAt = AT): TapeRecord => ({
  receivedAt,
  connection: 1,
  direction: 'in',
  frame,
})

/** Where a tape may be made; it goes away with the test. */
export const tapeFile = (): string => join(temporaryPath(), 'a.tape')

/** Writes a whole tape; resolves with its counts. */
export async function writeTape(
  path: string,
  list: readonly TapeRecord[],
  { header = TAPE_HEADER, secrets = [] }: { header?: TapeHeader; secrets?: readonly string[] } = {},
): Promise<TapeWriter['counts']> {
  const hidden = secrets.map(one => new Secret(one))
  const tape = TapeWriter.open(path, header, hidden)
  for (const record of list) tape.append(record)
  await tape.close()
  return tape.counts
}

/** A disk that works when the test lets it. */
class SlowDisk extends Writable {
  readonly held: Buffer[] = []
  #works = false
  #done: () => void = () => {}

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.held.push(chunk)
    if (this.#works) done()
    else this.#done = done
  }

  work(): void {
    this.#works = true
    this.#end()
  }

  stop(): void {
    this.#works = false
  }

  /** Ends the write that is under way. */
  async step(): Promise<void> {
    const begun = this.held.length
    this.#end()
    await until('the next write', () => this.held.length > begun)
  }

  #end(): void {
    const done = this.#done
    this.#done = () => {}
    done()
  }
}

/** A tape on such a disk; `content` lets it work, closes the tape and reads it. */
export function slowTape(options: TapeOptions) {
  const disk = new SlowDisk()
  const tape = new TapeWriter(disk, 'slow', TAPE_HEADER, [], options)
  const content = async () => {
    const path = tapeFile()
    const closed = tape.close()
    disk.work()
    await closed
    writeFileSync(path, Buffer.concat(disk.held))
    return [...readTape(path)]
  }
  /** The disk works off what waits, and stops again. */
  const catchUp = async () => {
    disk.work()
    await until('that nothing waits', () => tape.waitingBytes === 0)
    disk.stop()
  }
  return { disk, tape, content, catchUp }
}
