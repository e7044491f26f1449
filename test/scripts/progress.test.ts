import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Progress, progressLine } from '../../scripts/progress.ts'
import { Terminal } from '../../scripts/terminal.ts'
import { ManualClock } from '../../shared/clock.ts'

describe('the line of long work', () => {
  it('has a bar, the count, the rate and the time left, as far as they are known', () => {
    expect(progressLine('A: reading', 'instruments', 40_000, 100_000, 2000)).toBe(
      'A: reading  [########............]  40,000 of about 1,00,000 instruments  20,000/s  3.0 s left',
    )
    expect(progressLine('A: reading', 'instruments', 40_000, undefined, 2000)).toBe(
      'A: reading  40,000 instruments  20,000/s',
    )
    expect(progressLine('A: reading', 'instruments', 900, 1000, 10)).not.toMatch(/\/s/)
  })

  it('is drawn at most ten times a second, no longer than the terminal is wide, and taken away', () => {
    let written = ''
    const clock = new ManualClock()
    const write = (text: string) => {
      written += text
    }
    const line = { columns: 20, write }
    const progress = new Progress({ line: line as never, clock })
    progress.begin('A: reading', 'instruments', 10)
    for (let done = 1; done <= 100; done++) progress.reach(done)
    expect(written.match(/\r/g)).toHaveLength(1)
    clock.advance(100)
    progress.reach(101)
    expect(written.match(/\r/g)).toHaveLength(2)
    const drawn = written.split('\r').filter(Boolean)
    expect(drawn.map(text => text.replace('\x1b[K', '').length)).toEqual([19, 19])
    progress.end()
    expect(written.endsWith('\r\x1b[K')).toBe(true)
  })

  it('is nowhere on a pipe, and nowhere with --quiet', () => {
    const open = (isTTY: boolean, quiet: boolean) =>
      new Terminal({ out: new PassThrough(), err: Object.assign(new PassThrough(), { isTTY }), color: false, quiet })
    expect([open(false, false), open(true, true)].map(terminal => terminal.liveLine())).toEqual([undefined, undefined])
    expect(open(true, false).liveLine()).toBeDefined()
  })
})
