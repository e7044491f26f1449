import { describe, expect, it } from 'vitest'
import { Disagreements } from '../../../proxy/dashboard/disagreements.ts'
import { type Entry, Journal } from '../../../proxy/dashboard/journal.ts'
import { asLines, filtered } from '../../../proxy/dashboard/log/filter.ts'
import { Notices, readSent } from '../../../proxy/dashboard/log/notices.ts'
import type { StateNotice } from '../../../proxy/dashboard/protocol.ts'

const state = (rest: Partial<StateNotice>): StateNotice => ({
  type: 'state',
  state: 'live',
  since: 0,
  broker: 'zerodha',
  feed: 'ZERODHA',
  exchange: 'NSE',
  symbol: 'TCS',
  ...rest,
})

describe('what the stream says', () => {
  it('is news when something goes wrong and when that is over, not when it begins well', () => {
    const notices = new Notices()
    expect(notices.read(state({ state: 'accepted' }))).toEqual([])
    expect(notices.read(state({ state: 'live' }))).toEqual([])
    const [trouble] = notices.read(state({ state: 'suspect', reason: 'silent for 26 s' }))
    expect(trouble).toMatchObject({ level: 'warn', name: 'NSE:TCS', text: 'suspect: silent for 26 s' })
    expect(notices.read(state({ state: 'live' }))).toMatchObject([{ level: 'good', text: 'live' }])
    expect(notices.read(state({ state: 'live' }))).toEqual([])
  })

  it('tells of a whole feed in one line', () => {
    const { exchange: _, symbol: __, ...all } = state({ symbols: '*', state: 'down', reason: 'it broke' })
    expect(new Notices().read(all)).toMatchObject([{ level: 'bad', text: 'ZERODHA: all instruments down: it broke' }])
  })

  it('counts what was lost and folded', () => {
    const notices = new Notices()
    const gap = { type: 'gap', exchange: 'NSE', symbol: 'TCS', mode: 2, lost: 3 } as const
    expect(notices.read(gap)).toMatchObject([{ name: 'NSE:TCS', text: '3 updates lost' }])
    notices.read({ type: 'slow', state: 'recovered', folded: 1204 })
    expect([notices.gaps, notices.folded]).toEqual([1, 1204])
  })

  it('names each instrument that was refused, and why', () => {
    const news = new Notices().read({
      type: 'subscribe',
      status: 'partial',
      subscriptions: [
        { exchange: 'NSE', symbol: 'TCS', status: 'success' },
        { exchange: 'NSE', symbol: 'TSC', status: 'error', message: 'not found' },
      ],
    })
    expect(news.map(({ text, name }) => [name, text])).toEqual([
      [undefined, '1 subscription granted'],
      ['NSE:TSC', 'not subscribed: not found'],
    ])
  })

  it('tells that feeds differ, and when they no longer do', () => {
    const notice = {
      type: 'disagreement',
      exchange: 'NSE',
      symbol: 'TCS',
      percent: 1,
      prices: [
        { feed: 'REAL', broker: 'one', ltp: 101.5 },
        { feed: 'OTHER', broker: 'two', ltp: 103 },
      ],
    } as const
    const words = 'feeds differ by more than 1 %: REAL 101.5, OTHER 103'
    const [notices, disagreements] = [new Notices(), new Disagreements()]
    const begun = { ...notice, state: 'begun' } as const
    expect(notices.read(begun)).toMatchObject([{ level: 'warn', name: 'NSE:TCS', text: words }])
    disagreements.take(begun)
    expect([...disagreements.words.value]).toEqual([['NSE:TCS', words]])
    const over = { ...notice, state: 'over' } as const
    expect(notices.read(over)).toMatchObject([{ level: 'good', name: 'NSE:TCS', text: 'feeds no longer differ' }])
    disagreements.take(over)
    expect(disagreements.words.value.size).toBe(0)
  })

  it('says in words that the server goes', () => {
    const [news] = new Notices().read({ type: 'server_shutdown', reason: 'restart', reconnect_after_ms: 1 })
    expect(news?.text).toBe('The server restarts and will be back in a moment')
  })
})

describe('what the page says', () => {
  it('is told in short, its pings not at all', () => {
    expect(readSent('{"action":"ping","timestamp":1}')).toBeUndefined()
    expect(readSent('{"action":"subscribe","symbols":[{},{}],"mode":"Quote"}')).toMatchObject({
      direction: 'out',
      text: 'subscribe 2 instruments, Quote',
    })
  })
})

describe('scrolling through a long list', () => {
  it('is one line of the log for what is sent and one for its answers', () => {
    const [journal, notices] = [new Journal({ now: () => 0 }), new Notices()]
    const one = { exchange: 'NSE', symbol: 'TCS', status: 'success' } as const
    for (let nth = 0; nth < 50; nth++) {
      const sent = readSent('{"action":"subscribe","symbols":[{},{}],"mode":"Quote"}')
      for (const news of [sent, ...notices.read({ type: 'subscribe', status: 'success', subscriptions: [one, one] })])
        if (news) journal.add(news)
    }
    expect(journal.entries.value.map(({ text, count }) => [text, count])).toEqual([
      ['subscribe 100 instruments, Quote', 50],
      ['100 subscriptions granted', 50],
    ])
    expect(asLines(journal.entries.value)).not.toContain('tally')
  })
})

describe('the filter of the log', () => {
  const entry = (rest: Partial<Entry>): Entry => ({ at: 0, level: 'news', what: 'link', text: '', count: 1, ...rest })
  const all = { level: 'all', broker: '', text: '' } as const

  it('shows the last hundred of those that fit, the newest first', () => {
    const entries = Array.from({ length: 300 }, (_, nth) => entry({ at: nth, level: nth % 2 ? 'warn' : 'news' }))
    const { shown, found } = filtered(entries, { ...all, level: 'warn' })
    expect([found, shown.length, shown[0]?.at]).toEqual([150, 100, 299])
  })

  it('looks into texts and names, and at the broker', () => {
    const entries = [entry({ text: 'it broke', broker: 'angel' }), entry({ name: 'NSE:TCS', broker: 'zerodha' })]
    expect(filtered(entries, { ...all, text: ' BROKE' }).shown).toEqual([entries[0]])
    expect(filtered(entries, { ...all, text: 'tcs' }).shown).toEqual([entries[1]])
    expect(filtered(entries, { ...all, broker: 'zerodha' }).found).toBe(1)
  })

  it('gives other programs one object a line', () => {
    expect(asLines([entry({ text: 'a "b"' })])).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","level":"news","what":"link","text":"a \\"b\\"","count":1}\n',
    )
  })
})
