import { appendFileSync, createWriteStream, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TickwireError } from '../../shared/errors.ts'
import { Secret } from '../../shared/secret.ts'
import { readTape, readTapeHeader, type TapeRecord, TapeWriter } from '../../shared/tape.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { failure } from '../support/failure.ts'
import { holds } from '../support/holds.ts'
import { AT, frameOf, slowTape, TAPE_HEADER, tapeFile, writeTape } from '../support/tape.ts'

const TOKEN = 'k3yOfTheDay/+=~'

const read = (path: string): TapeRecord[] => [...readTape(path)]

describe('a writer of a tape', () => {
  it('makes a file for its owner alone', async () => {
    const path = tapeFile()
    await writeTape(path, [])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('overwrites and continues nothing', async () => {
    const path = tapeFile()
    appendFileSync(path, 'mine')
    const error = failure(() => TapeWriter.open(path, TAPE_HEADER, []))
    expect(error).toMatchObject({
      code: 'FOLDER_UNUSABLE',
      message: `${path} is there already, and a tape is never overwritten`,
    })
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  it('says what is wrong with a folder that is not there', () => {
    expect(failure(() => TapeWriter.open(join(temporaryPath(), 'none/a.tape'), TAPE_HEADER, [])).code).toBe(
      'FOLDER_UNUSABLE',
    )
  })

  it('keeps no frame with a secret, in whatever form, and puts a note in its place', async () => {
    const path = tapeFile()
    const inBase64 = Buffer.from(`key:${TOKEN}`).toString('base64')
    const texts = [`?t=${encodeURIComponent(TOKEN)}`, `Basic ${inBase64}`, JSON.stringify({ TOKEN })]
    const list: TapeRecord[] = [
      frameOf('before'),
      ...texts.map(text => ({ ...frameOf(text), direction: 'out' as const })),
      frameOf(Buffer.concat([Buffer.alloc(9), Buffer.from(TOKEN)])),
      { ...frameOf(`dialled with ${TOKEN}`), direction: 'note' },
      frameOf('after'),
    ]
    expect(await writeTape(path, list, { header: { ...TAPE_HEADER, note: `for ${TOKEN}` }, secrets: [TOKEN] })).toEqual(
      {
        written: 2,
        dropped: 0,
        withheld: 5,
      },
    )
    expect(readTapeHeader(path)).toEqual(TAPE_HEADER)
    expect(read(path).map(({ direction, frame }) => [direction, frame])).toEqual([
      ['in', 'before'],
      ...texts.map(({ length }) => ['note', `out: ${length} bytes held a secret and are not kept`]),
      ['note', 'in: 24 bytes held a secret and are not kept'],
      ['note', 'note: 28 bytes held a secret and are not kept'],
      ['in', 'after'],
    ])
    const all = readFileSync(path, 'latin1')
    for (const form of [TOKEN, encodeURIComponent(TOKEN), inBase64]) expect(all).not.toContain(form)
  })

  it('keeps no text with a code of a few digits, which stands in the bytes of any frame by chance', async () => {
    const path = tapeFile()
    const list = [frameOf('bad PIN 2718'), frameOf('price 127183.05'), frameOf(Buffer.from('2718'))]
    expect(await writeTape(path, list, { secrets: ['2718'] })).toMatchObject({ written: 2, withheld: 1 })
    expect(read(path).map(({ direction }) => direction)).toEqual(['note', 'in', 'in'])
  })

  it('learns of the secrets of a new login', async () => {
    const path = tapeFile()
    const tape = TapeWriter.open(path, TAPE_HEADER, [])
    tape.protect([new Secret(TOKEN)])
    tape.append(frameOf(`token ${TOKEN}`))
    await tape.close()
    expect(read(path)).toMatchObject([{ direction: 'note' }])
  })

  it('copies what it is given', async () => {
    const path = tapeFile()
    const tape = TapeWriter.open(path, TAPE_HEADER, [])
    const frame = Buffer.from('abc')
    tape.append(frameOf(frame))
    frame.fill('x')
    await tape.close()
    expect(read(path)).toMatchObject([{ frame: Buffer.from('abc') }])
  })

  it('leaves records out when the disk is slow, and says how many before it goes on', async () => {
    const { tape, content, catchUp } = slowTape({ limitBytes: 2000 })
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) tape.append(frameOf(name))
    expect(tape.counts).toEqual({ written: 7, dropped: 2, withheld: 0 })
    await catchUp()
    tape.append(frameOf('j'))
    tape.append(frameOf('k'))
    expect(await content()).toEqual([
      ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => frameOf(name)),
      {
        receivedAt: AT,
        connection: 0,
        direction: 'note',
        frame: '2 records left out: the disk was slower than the feed',
      },
      frameOf('j'),
      frameOf('k'),
    ])
  })

  it('waits until half of the room is free, so that holes are few', async () => {
    const { disk, tape } = slowTape({ limitBytes: 2000 })
    for (let count = 0; count < 8; count++) tape.append(frameOf('x'))
    const dropped: number[] = []
    for (let steps = 0; steps < 6; steps++) {
      dropped.push(tape.counts.dropped)
      await disk.step()
      if (steps > 0) tape.append(frameOf('y'))
    }
    expect(dropped).toEqual([1, 1, 2, 3, 4, 4])
  })

  it('says at its end how many records were left out last', async () => {
    const { tape, content } = slowTape({ limitBytes: 600 })
    for (const name of ['a', 'b', 'c']) tape.append(frameOf(name))
    expect((await content()).map(({ frame }) => frame)).toEqual([
      'a',
      'b',
      '1 records left out: the disk was slower than the feed',
    ])
  })

  it('leaves out a frame for which there is never room', async () => {
    const { tape, content, catchUp } = slowTape({ limitBytes: 1000 })
    tape.append(frameOf(Buffer.alloc(1000)))
    await catchUp()
    tape.append(frameOf('next'))
    expect((await content()).map(({ frame }) => frame)).toEqual([expect.stringMatching(/^1 records left out/), 'next'])
  })

  it('ends on a full disk with one word, and takes no harm from what still comes', async () => {
    const errors: TickwireError[] = []
    const full = createWriteStream('', { fd: openSync('/dev/full', 'w') })
    const tape = new TapeWriter(full, '/data/a.tape', TAPE_HEADER, [], { onEnd: error => errors.push(error) })
    for (let count = 0; count < 100; count++) tape.append(frameOf('x'))
    await holds(() => expect(errors.length).toBe(1))
    const { counts } = tape
    tape.append(frameOf('later'))
    expect(tape.counts).toEqual(counts)
    await tape.close()
    expect(errors).toMatchObject([
      {
        code: 'FOLDER_UNUSABLE',
        message: '/data/a.tape cannot be used: the disk is full; the tape ended, the feed goes on',
        next: 'free some space, then begin another tape',
      },
    ])
  })

  it('can be closed twice, and takes nothing after that', async () => {
    const path = tapeFile()
    const tape = TapeWriter.open(path, TAPE_HEADER, [])
    const first = tape.close()
    tape.append(frameOf('late'))
    await Promise.all([first, tape.close()])
    expect(read(path)).toEqual([])
  })
})
