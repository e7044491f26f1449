import { describe, expect, it } from 'vitest'
import { detailOf, Finder, type Findings, type Found } from '../../../../proxy/dashboard/watch/finder.ts'
import { ManualClock } from '../../../../shared/clock.ts'

function open() {
  const clock = new ManualClock()
  const asked: { text: string; answer: (found: readonly Found[]) => void; fail: (why: Error) => void }[] = []
  const told: Findings[] = []
  const ask = (text: string) =>
    new Promise<readonly Found[]>((answer, fail) => {
      asked.push({ text, answer, fail })
    })
  return { clock, asked, told, finder: new Finder(clock, ask, findings => told.push(findings)) }
}

const turn = () => new Promise<void>(resolve => queueMicrotask(() => queueMicrotask(resolve)))
const tcs = { exchange: 'NSE', symbol: 'TCS' }

describe('the search', () => {
  it('asks once when typing pauses', async () => {
    const { clock, asked, told, finder } = open()
    for (const text of ['t', 'tc', 'tcs']) {
      finder.type(text)
      clock.advance(80)
    }
    expect(asked).toEqual([])
    clock.advance(60)
    expect(asked.map(({ text }) => text)).toEqual(['tcs'])
    asked[0]?.answer([tcs])
    await turn()
    expect(told.at(-1)).toEqual({ phase: 'found', text: 'tcs', found: [tcs] })
  })

  it('says with the answer that its first one was wished for meanwhile, unless typing went on', async () => {
    const { clock, asked, told, finder } = open()
    finder.type('tc')
    finder.wish()
    clock.advance(200)
    asked[0]?.answer([tcs])
    await turn()
    expect(told.at(-1)).toEqual({ phase: 'found', text: 'tc', found: [tcs], isWished: true })
    finder.wish()
    finder.type('tcs')
    clock.advance(200)
    asked[1]?.answer([tcs])
    await turn()
    expect(told.at(-1)).toEqual({ phase: 'found', text: 'tcs', found: [tcs] })
  })

  it('throws an answer away that comes after the next question', async () => {
    const { clock, asked, told, finder } = open()
    finder.type('tc')
    clock.advance(200)
    finder.type('tcs')
    clock.advance(200)
    asked[1]?.answer([tcs])
    await turn()
    asked[0]?.answer([])
    await turn()
    expect(told.at(-1)).toEqual({ phase: 'found', text: 'tcs', found: [tcs] })
  })

  it('shows what it had while the next is asked, and nothing for nothing', async () => {
    const { clock, asked, told, finder } = open()
    finder.type('tcs')
    clock.advance(200)
    asked[0]?.answer([tcs])
    await turn()
    finder.type('tcs n')
    expect(told.at(-1)).toEqual({ phase: 'asking', text: 'tcs n', found: [tcs] })
    finder.type('  ')
    expect(told.at(-1)).toEqual({ phase: 'idle' })
    clock.advance(500)
    expect(asked).toHaveLength(1)
  })

  it('says why there is no answer', async () => {
    const { clock, asked, told, finder } = open()
    finder.type('tcs')
    clock.advance(200)
    asked[0]?.fail(new Error('the server does not answer'))
    await turn()
    expect(told.at(-1)).toEqual({ phase: 'failed', text: 'tcs', why: 'the server does not answer' })
  })
})

describe('a result', () => {
  it.each([
    [{ ...tcs, name: 'Tata Consultancy Services' }, 'Tata Consultancy Services'],
    [{ ...tcs, name: 'TCS' }, ''],
    [tcs, ''],
    [{ exchange: 'NFO', symbol: 'X', kind: 'FUT', expiry: '2026-11-24', lot: 75 }, '24 Nov 26 · FUT · lot 75'],
    [
      { exchange: 'NFO', symbol: 'X', kind: 'CE', expiry: '2026-11-24', strike: 124_800, lot: 1600 },
      '24 Nov 26 · 1,24,800 CE · lot 1,600',
    ],
  ])('tells itself from its like (%#)', (found: Found, detail) => {
    expect(detailOf(found)).toBe(detail)
  })
})
