import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Screen } from '../../scripts/screen.ts'

/** A terminal of so many lines that remembers each write. */
function open(rows: number) {
  const writes: string[] = []
  const out = Object.assign(new EventEmitter(), { rows, columns: 80, write: (text: string) => writes.push(text) > 0 })
  const raw: boolean[] = []
  const keys = Object.assign(new EventEmitter(), {
    setRawMode: (mode: boolean) => raw.push(mode),
    resume: () => {},
    pause: () => {},
  })
  let quits = 0
  const screen = new Screen({ out: out as never, keys: keys as never, onQuit: () => quits++ })
  return { screen, out, keys, writes, raw, quits: () => quits }
}

describe('a page that is drawn over itself', () => {
  it('is one write from its first line on, which erases no more than what it covers', () => {
    const { screen, writes } = open(24)
    screen.show('one\ntwo')
    expect(writes.slice(1)).toEqual(['\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J'])
  })

  it('shows no more lines than there are, and as many as there are after a resize', () => {
    const { screen, out, writes } = open(3)
    screen.show('1\n2\n3\n4')
    expect(writes.at(-1)).toBe('\x1b[H1\x1b[K\r\n2\x1b[K\r\n…\x1b[K\x1b[J')
    out.rows = 10
    out.emit('resize')
    expect(writes.at(-1)).toContain('4')
  })

  it('ends at q and at Ctrl-C, and at no other key', () => {
    const { keys, quits } = open(24)
    for (const key of ['x', 'q', 'Q', '\x03']) keys.emit('data', Buffer.from(key))
    expect(quits()).toBe(3)
  })

  it('leaves the terminal as it was', () => {
    const { screen, out, keys, writes, raw } = open(24)
    screen.close()
    expect(writes.at(-1)).toBe('\x1b[?7h\x1b[?25h\x1b[?1049l')
    expect([raw, out.listenerCount('resize'), keys.listenerCount('data')]).toEqual([[true, false], 0, 0])
  })
})
