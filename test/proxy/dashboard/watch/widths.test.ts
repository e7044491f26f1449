import { describe, expect, it } from 'vitest'
import { COLUMNS, type Column } from '../../../../proxy/dashboard/watch/columns.ts'
import { type Room, Widths } from '../../../../proxy/dashboard/watch/widths.ts'

const column = (id: 'ltp' | 'bid' | 'source' | 'symbol'): Room =>
  id === 'symbol' ? { id, width: 140 } : (COLUMNS.get(id) as Column)

/** Seven pixels a character. */
function start() {
  const frames: (() => void)[] = []
  const measured: string[] = []
  const clock = {
    frame(run: () => void) {
      frames.push(run)
      return () => {}
    },
  }
  const widths = new Widths(clock, text => {
    measured.push(text)
    return text.length * 7
  })
  const draw = () => {
    for (const run of frames.splice(0)) run()
  }
  const take = (id: Parameters<typeof column>[0], ...texts: string[]) => {
    for (const text of texts) widths.take(column(id), text)
    draw()
  }
  return { widths, take, measured }
}

describe('a column of numbers', () => {
  it('has its own width as long as that is enough', () => {
    const { widths, take } = start()
    take('bid', '999.95', '1,234.50')
    expect(widths.grown.value.size).toBe(0)
  })

  it('grows with a number that needs more, and stays so', () => {
    const { widths, take } = start()
    take('bid', '1,23,456.75')
    expect(widths.grown.value.get('bid')).toBe(77 + 12 + 4)
    take('bid', '9.95', '12,34,567.75')
    expect(widths.grown.value.get('bid')).toBe(84 + 12 + 4)
    take('bid', '9.95')
    expect(widths.grown.value.get('bid')).toBe(84 + 12 + 4)
  })

  it('has room for the arrow before a price', () => {
    const { widths, take } = start()
    take('ltp', '1,23,456.75')
    expect(widths.grown.value.get('ltp')).toBe(77 + 12 + 4 + 8)
  })

  it('is measured only for what is longer than all before, once for each picture', () => {
    const { take, measured } = start()
    take('bid', '1.05', '12.05', '123.05')
    take('bid', '124.05', '9.95')
    expect(measured).toEqual(['123.05'])
  })

  it('begins anew in another font', () => {
    const { widths, take } = start()
    take('bid', '1,23,456.75')
    widths.begin()
    expect(widths.grown.value.size).toBe(0)
    take('bid', '1,23,456.75')
    expect(widths.grown.value.get('bid')).toBe(77 + 12 + 4)
  })
})

describe('a column of words', () => {
  it('is not widened: a word that is cut is the same word', () => {
    const { widths, take, measured } = start()
    take('source', 'a broker with a long name')
    expect([widths.grown.value.size, measured]).toEqual([0, []])
  })
})

describe('the column of names', () => {
  it('has room for the whole symbol, whose end tells one option from the other, beside grip and tag', () => {
    const { widths, take } = start()
    take('symbol', 'BANKNIFTY24NOV2651000CE')
    expect(widths.grown.value.get('symbol')).toBe(23 * 7 + 62 + 4)
  })
})
