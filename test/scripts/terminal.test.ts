import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type Column, strip, Terminal, type TerminalOptions } from '../../scripts/terminal.ts'
import { Secret } from '../../shared/secret.ts'

interface Row {
  readonly name: string
  readonly count?: number
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'NAME', cell: row => row.name, paint: () => 'green' },
  { head: 'COUNT', cell: row => row.count, right: true },
]
const ROWS: readonly Row[] = [{ name: 'long name', count: 7 }, { name: 'b' }]

/** A terminal on streams that remember; `tty` says whether they pretend to be a real one, with colours. */
function open(options: Partial<TerminalOptions> = {}, tty = false) {
  const stream = () => Object.assign(new PassThrough(), tty ? { isTTY: true, hasColors: () => true } : {})
  const out = stream()
  const err = stream()
  const read = (one: PassThrough) => String(one.read() ?? '')
  const terminal = new Terminal({ out, err, color: true, quiet: false, ...options })
  return { terminal, out: () => read(out), err: () => read(err) }
}

describe('the terminal', () => {
  it('writes JSON lines on a pipe', () => {
    const { terminal, out } = open()
    terminal.rows(ROWS, COLUMNS, 'none')
    expect(out()).toBe('{"name":"long name","count":7}\n{"name":"b"}\n')
  })

  it('writes an aligned table on a terminal, with a dash for what is absent', () => {
    const { terminal, out } = open({ color: false }, true)
    terminal.rows(ROWS, COLUMNS, 'none')
    expect(out()).toBe('NAME       COUNT\nlong name      7\nb              —\n')
  })

  it('follows --format against what it stands on', () => {
    const table = open({ format: 'table' })
    table.terminal.rows(ROWS, COLUMNS, 'none')
    expect(table.out()).toMatch(/^NAME/)
    const json = open({ format: 'json' }, true)
    json.terminal.rows(ROWS, COLUMNS, 'none')
    expect(json.out()).toMatch(/^{/)
  })

  it('paints on a terminal only, and not when colours are declined', () => {
    expect(open({}, true).terminal.paint('red', 'x')).toBe('\x1b[31mx\x1b[0m')
    expect(open({ color: false }, true).terminal.paint('red', 'x')).toBe('x')
    expect(open().terminal.paint('red', 'x')).toBe('x')
  })

  it('tells on stderr that a table would be empty, and writes nothing as JSON', () => {
    const table = open({ format: 'table' })
    table.terminal.rows([], COLUMNS, 'Nothing yet')
    expect([table.out(), table.err()]).toEqual(['', 'Nothing yet\n'])
    const json = open()
    json.terminal.rows([], COLUMNS, 'Nothing yet')
    expect([json.out(), json.err()]).toEqual(['', ''])
  })

  it('keeps quiet when asked to, except for data', () => {
    const { terminal, out, err } = open({ quiet: true })
    terminal.say('talk')
    terminal.print('data')
    expect([out(), err()]).toEqual(['data\n', ''])
  })

  it('lets no control character of the data reach the screen', () => {
    expect(strip('a\x1b[2Jb\r\nc\u202ed\u0085e\u007ff')).toBe('a[2Jbcdef')
    const { terminal } = open({ format: 'table' })
    expect(terminal.table([{ name: 'x\x1b]0;title\x07' }], COLUMNS)).toContain('x]0;title')
  })

  it('shows a secret as [redacted] in JSON', () => {
    const { terminal, out } = open()
    terminal.rows([{ name: new Secret('tw_live_x') }], [], 'none')
    expect(out()).toBe('{"name":"[redacted]"}\n')
  })
})
