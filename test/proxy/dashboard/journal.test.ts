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

  it('begins anew for whoever looks next', () => {
    const journal = open()
    journal.add(news('lost'))
    journal.clear()
    journal.add(news('lost'))
    expect(journal.entries.value.map(({ text, count }) => [text, count])).toEqual([['lost', 1]])
    expect(journal.begun).toBe(1)
  })

  it('keeps the last thousand', () => {
    const journal = open()
    for (let nth = 0; nth < 1200; nth++) journal.add(news(`line ${nth}`))
    expect(journal.entries.value).toHaveLength(1000)
    expect(journal.entries.value[0]?.text).toBe('line 200')
  })

  it('goes on counting the lines it began when the oldest make room', () => {
    const journal = open()
    for (let nth = 0; nth < 1000; nth++) journal.add(news(`line ${nth}`))
    const { begun } = journal
    for (const text of ['one more', 'one more', 'another']) journal.add(news(text))
    expect(journal.begun - begun).toBe(2)
  })
})

describe('routine in the journal', () => {
  const tally = (kind: string, amount: number) => {
    const words = (sum: number) => `${kind} ${sum}`
    return { ...news(words(amount)), tally: { kind, amount, words } }
  }

  it('is added up in one line of each kind, until something else happens', () => {
    const journal = open()
    for (const amount of [5, 3]) for (const kind of ['subscribe', 'granted']) journal.add(tally(kind, amount))
    journal.add(news('lost'))
    journal.add(tally('subscribe', 1))
    expect(journal.entries.value.map(({ text, count, at }) => [text, count, at])).toEqual([
      ['subscribe 8', 2, 3],
      ['granted 8', 2, 4],
      ['lost', 1, 5],
      ['subscribe 1', 1, 6],
    ])
  })

  it('pushes out nothing else', () => {
    const journal = open()
    journal.add(news('outage'))
    for (let nth = 0; nth < 600; nth++) {
      journal.add(tally('subscribe', 1))
      if (nth < 400) journal.add(news(`gap ${nth}`))
      else journal.add(tally('granted', 1))
    }
    const texts = journal.entries.value.map(({ text }) => text)
    expect(texts).toContain('outage')
    expect(texts.filter(text => text.startsWith('gap'))).toHaveLength(400)
    expect(journal.entries.value.filter(one => one.tally).length).toBeLessThanOrEqual(200)
  })
})
