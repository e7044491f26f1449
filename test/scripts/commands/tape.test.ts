import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryPath } from '../../support/datafolder.ts'
import { expectFailure } from '../../support/said.ts'
import { Command, type Said } from '../../support/system.ts'
import { AT, frameOf, TAPE_HEADER, tapeFile, writeTape } from '../../support/tape.ts'

const show = (path: string, ...args: string[]): Promise<Said> => new Command(['tape', 'show', path, ...args]).done

const LIST = [
  frameOf(Buffer.from('0001ff', 'hex')),
  { ...frameOf('{"a":"subscribe"}', AT + 1000), direction: 'out' as const },
]

async function tape(list = LIST): Promise<string> {
  const path = tapeFile()
  await writeTape(path, list, { header: { ...TAPE_HEADER, note: 'a test' } })
  return path
}

describe('tickwire tape show', () => {
  it('gives whole frames as JSON lines on a pipe', async () => {
    const path = await tape()
    const { code, out, err } = await show(path)
    expect(code).toBe(0)
    expect(
      out
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([
      { receivedAt: AT, connection: 1, direction: 'in', kind: 'binary', bytes: 3, hex: '0001ff' },
      { receivedAt: AT + 1000, connection: 1, direction: 'out', kind: 'text', bytes: 17, text: '{"a":"subscribe"}' },
    ])
    expect(err).toBe(`${path}: DEMO (demo), begun 21/11/2026, 05:50:16 in India, a test\n`)
  })

  it('shows a table with times in India, and no text that moves the cursor', async () => {
    const path = await tape([...LIST, frameOf('\x1b[2Jgone')])
    const { out } = await show(path, '--format', 'table')
    const lines = out.trimEnd().split('\n')
    expect(lines.map(line => line.split(/ {2,}/))).toEqual([
      ['IN INDIA', 'CONNECTION', 'DIRECTION', 'KIND', 'BYTES', 'BEGINS WITH'],
      ['05:50:16.123', '1', 'in', 'binary', '3', '0001ff'],
      ['05:50:16.124', '1', 'out', 'text', '17', '{"a":"subscribe"}'],
      ['05:50:16.123', '1', 'in', 'text', '8', '[2Jgone'],
    ])
  })

  it('ends at the limit and says that there is more', async () => {
    const { out, err } = await show(await tape(), '--limit', '1')
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    expect(err).toContain('There are more. next: tickwire tape show ')
  })

  it('says where a tape was cut off, and shows what comes before', async () => {
    const path = await tape()
    truncateSync(path, 140)
    const { code, out, err } = await show(path)
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    expect(err).toMatch(/It was cut off: the last \d+ bytes, from \d+ on, are no whole record\.\n$/)
  })

  it('refuses a file that is no tape, and one that is not there', async () => {
    const folder = temporaryPath()
    const other = join(folder, 'other')
    writeFileSync(other, 'something else altogether')
    expectFailure(await show(other), 1, /^error TAPE_CORRUPT: .*other is no tape.* TWTAPE$/, /^next: /)
    expectFailure(await show(join(folder, 'none')), 1, /^error NOT_FOUND: There is no file .*none$/, /^next: /)
  })
})
