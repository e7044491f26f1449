import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TickwireError } from '../../../shared/errors.ts'
import { type ReadOptions, readTape, readTapeHeader, type TapeHeader, type TapeRecord } from '../../../shared/tape.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'
import { AT, frameOf, TAPE_HEADER, tapeFile, writeTape } from '../../support/tape.ts'
import { bytes, printedVectors } from '../../support/vector.ts'

/** Written by hand from the layout, checksums by another program. */
const VECTOR = `
  545754415045 0100 39000000
  7b2266656564223a2244454d4f222c2262726f6b6572223a ; {"feed":"DEMO","broker":
  2264656d6f222c22737461727465644174223a           ; "demo","startedAt":
  313739353232303431363030307d                     ; 1795220416000}
  b8535b1d
  035c6b7c de0758cb 03000000 40523253be600600 0100 00 01 0001ff
  ceed4a79 e44dc704 06000000 60543253be600600 0100 02 00 636c6f736564
`
const VECTOR_RECORDS: TapeRecord[] = [
  { receivedAt: AT, connection: 1, direction: 'in', frame: Buffer.from([0, 1, 255]) },
  { receivedAt: 1795220416124000, connection: 1, direction: 'note', frame: 'closed' },
]
const VECTOR_HEADER_BYTES = 73

const records = fc.array(
  fc.record<TapeRecord>({
    receivedAt: fc.maxSafeNat(),
    connection: fc.nat({ max: 65_535 }),
    direction: fc.constantFrom('in', 'out', 'note'),
    frame: fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map(one => Buffer.from(one)),
      fc.string({ unit: 'binary', maxLength: 50 }),
    ),
  }),
  { maxLength: 12 },
)

const read = (path: string, options?: ReadOptions): TapeRecord[] => [...readTape(path, options)]

/** What a reader gets before it fails, and how it fails. */
function readUntilFailure(path: string): { given: TapeRecord[]; error: TickwireError } {
  const given: TapeRecord[] = []
  const error = failure(() => {
    for (const record of readTape(path)) given.push(record)
  })
  return { given, error }
}

describe('a tape', () => {
  it('gives back whatever was written to it', async () => {
    const folder = temporaryPath()
    let runs = 0
    await fc.assert(
      fc.asyncProperty(records, async list => {
        const path = join(folder, `${runs++}.tape`)
        const header = { ...TAPE_HEADER, note: 'opening — 9:15' }
        expect(await writeTape(path, list, { header })).toEqual({ written: list.length, dropped: 0, withheld: 0 })
        expect(readTapeHeader(path)).toEqual(header)
        expect(read(path)).toEqual(list)
      }),
      { numRuns: 40 },
    )
  })

  it('is laid out to the byte as the README says', async () => {
    const path = tapeFile()
    await writeTape(path, VECTOR_RECORDS)
    const hex = bytes(VECTOR).toString('hex')
    expect(readFileSync(path).toString('hex')).toBe(hex)
    expect(printedVectors(new URL('../../../shared/README.md', import.meta.url))).toContain(hex)
  })

  it('that was cut anywhere gives the records before the cut, and says what is left over', () => {
    const whole = bytes(VECTOR)
    const path = tapeFile()
    const ends = [VECTOR_HEADER_BYTES, VECTOR_HEADER_BYTES + 27, whole.length]
    for (let length = VECTOR_HEADER_BYTES; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length))
      const torn: unknown[] = []
      const count = ends.filter(end => end <= length).length - 1
      const at = ends[count] ?? 0
      expect(read(path, { onTorn: where => torn.push(where) })).toEqual(VECTOR_RECORDS.slice(0, count))
      expect(torn).toEqual(at === length ? [] : [{ at, bytes: length - at }])
    }
  })

  it('of any records, cut anywhere, gives a beginning of them', async () => {
    const folder = temporaryPath()
    let runs = 0
    await fc.assert(
      fc.asyncProperty(records, fc.double({ min: 0, max: 1, noNaN: true }), async (list, share) => {
        const path = join(folder, `${runs++}.tape`)
        await writeTape(path, [])
        const empty = statSync(path).size
        const whole = join(folder, `${runs++}.tape`)
        await writeTape(whole, list)
        const bytes = readFileSync(whole)
        writeFileSync(path, bytes.subarray(0, Math.round(empty + share * (bytes.length - empty))))
        const given = read(path)
        expect(given).toEqual(list.slice(0, given.length))
        if (share === 1) expect(given.length).toBe(list.length)
      }),
      { numRuns: 40 },
    )
  })

  it('that ends within its header is no tape', () => {
    const path = tapeFile()
    for (let length = 0; length < VECTOR_HEADER_BYTES; length++) {
      writeFileSync(path, bytes(VECTOR).subarray(0, length))
      expect(failure(() => readTapeHeader(path)).code).toBe('TAPE_CORRUPT')
      expect(failure(() => read(path)).code).toBe('TAPE_CORRUPT')
    }
  })

  it('in which any bit was changed says where, after the records before it', () => {
    const path = tapeFile()
    const whole = bytes(VECTOR)
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const spoiled = Buffer.from(whole)
      const at = bit >> 3
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << (bit & 7))
      writeFileSync(path, spoiled)
      const { given, error } = readUntilFailure(path)
      const count = at < VECTOR_HEADER_BYTES + 27 ? 0 : 1
      expect({ given, code: error.code }).toEqual({ given: VECTOR_RECORDS.slice(0, count), code: 'TAPE_CORRUPT' })
      expect(error.message).toContain(path)
      if (at >= VECTOR_HEADER_BYTES) expect(error.message).toContain(`at byte ${VECTOR_HEADER_BYTES + count * 27}`)
    }
  })

  it('whose header fits its checksum and is no JSON of ours is no tape either', async () => {
    const path = tapeFile()
    await writeTape(path, [], { header: { feed: 7 } as unknown as TapeHeader })
    expect(failure(() => readTapeHeader(path)).code).toBe('TAPE_CORRUPT')
  })

  it('of a later version says so', () => {
    const path = tapeFile()
    const later = bytes(VECTOR)
    later[6] = 2
    writeFileSync(path, later)
    expect(failure(() => readTapeHeader(path)).message).toContain('version 2, and this Tickwire reads version 1')
  })

  it('can be read from a moment on', async () => {
    const path = tapeFile()
    const list = [10, 20, 15, 30].map(at => frameOf(`${at}`, at))
    await writeTape(path, list)
    expect(read(path, { from: 16 })).toEqual(list.slice(1))
    expect(read(path, { from: 31 })).toEqual([])
  })

  it('holds frames longer than what is read at once', async () => {
    const path = tapeFile()
    const long = Buffer.alloc(700_000, 7)
    await writeTape(path, [frameOf(long), frameOf('end')])
    const [first, second] = read(path)
    expect(long.equals(Buffer.from(first?.frame ?? ''))).toBe(true)
    expect(second).toEqual(frameOf('end'))
  })

  it('that is not there, or is a folder, is told by its name', () => {
    const folder = temporaryPath()
    expect(failure(() => read(join(folder, 'none')))).toMatchObject({ code: 'NOT_FOUND' })
    expect(failure(() => read(folder))).toMatchObject({ code: 'FOLDER_UNUSABLE' })
  })
})
