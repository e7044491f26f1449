import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { backNews, Missed } from '../../../proxy/dashboard/missed.ts'
import { Polling } from '../../../proxy/dashboard/polling.ts'
import { CallError } from '../../../proxy/dashboard/session.ts'
import type { Link } from '../../../proxy/dashboard/stream.ts'
import { holds } from '../../support/holds.ts'
import { ManualPageClock } from './pageclock.ts'

const WAITING: Link = { phase: 'waiting', attempt: 2, retryAt: 0, why: 'the WebSocket handshake failed' }
const OPEN: Link = { phase: 'open', since: 0, features: [] }

function open() {
  const clock = new ManualPageClock()
  const [link, blocked, isShown] = [signal<Link>(WAITING), signal(0), signal(true)]
  const asked: string[][] = []
  let failure: Error | undefined
  const polling = new Polling({
    clock,
    link,
    blocked,
    isShown,
    names: () => ['NSE:TCS'],
    take: async names => {
      asked.push(names)
      if (failure) throw failure
    },
  })
  const fail = (error: Error | undefined) => {
    failure = error
  }
  return { clock, link, blocked, isShown, asked, polling, fail }
}

describe('prices without a WebSocket', () => {
  it('are asked for once two handshakes have failed, every two seconds, until the stream is there', async () => {
    const { clock, link, blocked, asked, polling } = open()
    blocked.value = 1
    expect(polling.state.value).toBeUndefined()
    blocked.value = 2
    await holds(() => expect(polling.state.value).toEqual({ lastAt: clock.now() }))
    expect(asked).toEqual([['NSE:TCS']])
    clock.advance(1999)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    await holds(() => expect(polling.state.value).toEqual({ lastAt: clock.now() }))
    expect(asked).toHaveLength(2)
    link.value = OPEN
    expect(polling.state.value).toBeUndefined()
    clock.advance(60_000)
    expect(asked).toHaveLength(2)
  })

  it('that do not come either are said not to, and asked for again', async () => {
    const { clock, blocked, polling, fail } = open()
    fail(new CallError(0, 'the server does not answer'))
    blocked.value = 2
    await holds(() => expect(polling.state.value).toEqual({ trouble: 'the server does not answer' }))
    fail(undefined)
    clock.advance(2000)
    await holds(() => expect(polling.state.value).toEqual({ lastAt: clock.now() }))
  })

  it('are asked for again also after an answer that nobody can read', async () => {
    const { clock, blocked, polling, fail } = open()
    fail(new TypeError('no list'))
    blocked.value = 2
    await holds(() => expect(polling.state.value?.trouble).toBe('the answer of the server could not be read'))
    fail(undefined)
    clock.advance(2000)
    await holds(() => expect(polling.state.value).toEqual({ lastAt: clock.now() }))
  })

  it('are not asked for while nobody can see the page', async () => {
    const { clock, blocked, isShown, asked, polling } = open()
    isShown.value = false
    blocked.value = 2
    clock.advance(60_000)
    expect(asked).toEqual([])
    isShown.value = true
    await holds(() => expect(polling.state.value).toEqual({ lastAt: clock.now() }))
  })
})

describe('what was missed while there was no connection', () => {
  const at = (seq: number, epoch = 1) => ({ mode: 2, epoch, seq }) as const

  it('is counted by instrument, where numbers are left out', () => {
    const missed = new Missed()
    for (const name of ['NSE:A', 'NSE:B', 'NSE:C']) missed.take(name, at(10))
    missed.lost()
    missed.take('NSE:A', at(10))
    missed.take('NSE:A', at(11))
    missed.take('NSE:B', at(11))
    missed.take('NSE:C', at(15))
    expect(missed.count).toBe(1)
  })

  it('is unknown, and so counted, of a publisher that was replaced', () => {
    const missed = new Missed()
    missed.take('NSE:A', at(10))
    missed.lost()
    missed.take('NSE:A', at(11, 2))
    expect(missed.count).toBe(1)
  })

  it('is nothing of what is new, and of holes while connected', () => {
    const missed = new Missed()
    missed.take('NSE:A', at(10))
    missed.take('NSE:A', at(20))
    missed.lost()
    missed.take('NSE:A', at(21))
    missed.take('NSE:A', at(30))
    missed.take('NSE:NEW', at(5))
    expect(missed.count).toBe(0)
  })

  it('is still found when the connection broke twice', () => {
    const missed = new Missed()
    missed.take('NSE:A', at(10))
    missed.lost()
    missed.lost()
    missed.take('NSE:A', at(14))
    expect(missed.count).toBe(1)
  })

  it('is not known of what is looked at and was not heard of again', () => {
    const missed = new Missed()
    for (const name of ['NSE:A', 'NSE:B', 'NSE:GONE']) missed.take(name, at(10))
    missed.lost()
    expect(missed.unheard(['NSE:A', 'NSE:B', 'NSE:NEW'])).toBe(2)
    missed.take('NSE:A', at(11))
    expect(missed.unheard(['NSE:A', 'NSE:B', 'NSE:NEW'])).toBe(1)
  })

  it('is said as far as it is known', () => {
    const said = (count: number, unheard: number) => {
      const { level, text } = backNews(14_000, count, unheard)
      return `${level}: ${text}`
    }
    expect(said(0, 0)).toBe('good: back after 14 s, nothing was missed')
    expect(said(1, 0)).toBe('warn: back after 14 s, 1 instrument missed updates')
    expect(said(0, 3)).toBe('news: back after 14 s, not yet known of 3 instruments whether updates were missed')
    expect(said(2, 1)).toBe(
      'warn: back after 14 s, 2 instruments missed updates, not yet known of 1 instrument whether updates were missed',
    )
  })
})
