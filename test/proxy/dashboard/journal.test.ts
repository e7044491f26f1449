import { describe, expect, it } from 'vitest'
import { Journal } from '../../../proxy/dashboard/journal.ts'

const news = (text: string) => ({ level: 'news', what: 'link', text }) as const

function open() {
  let at = 0
  return new Journal({ now: () => ++at })
}

describe('the journal', () => {
  it('counts a line that repeats, with the time of the last one', () => {
    const journal = open()
    for (const text of ['connected', 'lost', 'lost', 'lost', 'connected']) journal.add(news(text))
    expect(journal.entries.value.map(({ at, text, count }) => [at, text, count])).toEqual([
      [1, 'connected', 1],
      [4, 'lost', 3],
      [5, 'connected', 1],
    ])
  })

  it('tells the same of two instruments apart', () => {
    const journal = open()
    journal.add({ ...news('quiet'), name: 'NSE:TCS' })
    journal.add({ ...news('quiet'), name: 'NSE:INFY' })
    expect(journal.entries.value).toHaveLength(2)
  })

  it('keeps the last thousand', () => {
    const journal = open()
    for (let nth = 0; nth < 1200; nth++) journal.add(news(`line ${nth}`))
    expect(journal.entries.value).toHaveLength(1000)
    expect(journal.entries.value[0]?.text).toBe('line 200')
  })
})
