import { describe, expect, it } from 'vitest'
import { bannerOf } from '../../../proxy/dashboard/banner/words.ts'
import type { FeedView } from '../../../proxy/dashboard/feedview.ts'
import { closingOf, type MarketView } from '../../../proxy/dashboard/market.ts'
import { dataLink, pillOf, ribbonsOf } from '../../../proxy/dashboard/pill.ts'
import type { Link } from '../../../proxy/dashboard/stream.ts'

// A Sunday, 21:00 in India.
const NOW = Date.parse('2026-11-22T21:00:00+05:30')
const OPEN: Link = { phase: 'open', since: NOW - 60_000, features: [] }
const LOST: Link = { phase: 'waiting', attempt: 3, retryAt: NOW + 4000, lostAt: NOW - 14_000, why: 'it broke' }

const feed = (rest: Partial<FeedView> = {}): FeedView => ({
  name: 'ZERODHA',
  broker: 'zerodha',
  state: 'live',
  since: NOW,
  label: 'live',
  ...rest,
})

type Situation = Parameters<typeof pillOf>[0]

function situation(rest: Partial<Situation> = {}): Situation {
  return {
    link: OPEN,
    polling: undefined,
    feeds: [feed()],
    feedsAt: NOW - 5000,
    feedsTrouble: undefined,
    opensAt: undefined,
    isClosed: false,
    now: NOW,
    ...rest,
  }
}

function said(rest: Partial<Situation> = {}): string {
  const { word, detail } = pillOf(situation(rest))
  return detail ? `${word} (${detail})` : word
}

describe('the pill', () => {
  it('says live only of prices that are', () => {
    expect(said()).toBe('Live')
    expect(said({ feeds: [feed({ label: 'delayed' })] })).toBe('Delayed')
    expect(said({ feeds: [feed({ label: 'simulated' })] })).toBe('Simulated')
    expect(said({ feeds: [feed({ label: 'replay' }), feed()] })).toBe('Replay')
    expect(said({ feeds: [feed({ label: 'polled' })] })).toBe('Snapshots only (the broker is asked now and then)')
  })

  it('says nothing of feeds it has not heard of, or heard of long ago', () => {
    expect(said({ feeds: undefined, feedsAt: undefined })).toBe('Connecting')
    const feedsTrouble = 'the server does not answer'
    expect(said({ feeds: undefined, feedsAt: undefined, feedsTrouble })).toBe(`Feeds not known (${feedsTrouble})`)
    expect(said({ feedsAt: NOW - 30_000, feedsTrouble })).toBe('Live')
    const old = situation({ feedsAt: NOW - 30_001 })
    expect(pillOf(old)).toEqual({ level: 'warn', word: 'Feeds not known' })
  })

  it('is closed only when every market that somebody looks at is', () => {
    const opens = Date.parse('2026-11-23T09:00:00+05:30')
    const closed = (exchange: string, nextOpen: number) =>
      ({ exchange, phase: 'closed', ticks: 'none', nextOpen }) as const
    const open = { exchange: 'MCX', phase: 'continuous', ticks: 'expected' } as const
    const feeds = [feed({ state: 'quiet' })]
    const quiet = (segments: MarketView['segments'], looked: string[], market: MarketView['market'] = 'calendar') =>
      said({ feeds, ...closingOf({ market, segments, exceptions: [] }, looked) })
    const nse = closed('NSE', opens + 900_000)
    expect(quiet([nse, open], ['NSE', 'MCX', 'NSE'])).toBe('Quiet')
    expect(quiet([nse, open], ['NSE', 'NSE_INDEX'])).toBe('Quiet (market closed until 09:15 Mon)')
    expect(quiet([nse, closed('MCX', opens)], ['NSE', 'MCX'])).toBe('Quiet (market closed until 09:00 Mon)')
    expect(quiet([nse], ['NSE', 'CDS'])).toBe('Quiet')
    expect(quiet([nse], ['NSE'], 'always-open')).toBe('Quiet')
    expect(quiet([nse], [])).toBe('Quiet')
  })

  it('says until when a quiet market is closed', () => {
    const feeds = [feed({ state: 'quiet' })]
    const opensAt = Date.parse('2026-11-23T09:00:00+05:30')
    expect(said({ feeds, isClosed: true, opensAt })).toBe('Quiet (market closed until 09:00 Mon)')
    expect(said({ feeds, isClosed: true })).toBe('Quiet (market closed)')
    expect(said({ feeds })).toBe('Quiet')
  })

  it('names the feed that is to blame, and counts where others go on', () => {
    const dead = feed({ name: 'ANGEL', state: 'auth_required', reason: 'the token has ended' })
    expect(said({ feeds: [dead] })).toBe('Down (ANGEL: the token has ended)')
    expect(said({ feeds: [dead, feed()] })).toBe('Live (1 of 2 feeds fail)')
    expect(pillOf(situation({ feeds: [dead, feed()] })).level).toBe('warn')
    expect(said({ feeds: [feed({ state: 'suspect', reason: 'silent for 26 s' })] })).toBe('Stalled (silent for 26 s)')
    expect(said({ feeds: [] })).toBe('Down (no feed: tickwire adapter list)')
  })

  it('is connecting once, and down after that', () => {
    expect(said({ link: { phase: 'connecting', attempt: 1 } })).toBe('Connecting')
    expect(said({ link: { phase: 'connecting', attempt: 2 } })).toBe('Down')
    expect(said({ link: LOST })).toBe('Down (for 14 s)')
  })

  it('says that prices are asked for, as long as they come', () => {
    const polling = { lastAt: NOW - 1000 }
    expect(said({ link: LOST, polling })).toBe('Snapshots only (every 2 s: WebSockets are blocked here)')
    expect(said({ link: LOST, polling: { lastAt: NOW - 30_000, trouble: 'the server does not answer' } })).toBe(
      'Down (the server does not answer)',
    )
  })
})

describe('the banner', () => {
  it('says what is lost and why, but of nothing that is over at once', () => {
    expect(bannerOf(LOST, undefined, NOW)?.text).toBe('Connection lost, prices stand still: it broke')
    expect(bannerOf({ ...LOST, lostAt: NOW - 400 }, undefined, NOW)).toBeUndefined()
    expect(bannerOf(OPEN, undefined, NOW)).toBeUndefined()
  })

  it('stays the same from one try to the next', () => {
    const trying: Link = { phase: 'connecting', attempt: 4, lostAt: NOW - 14_000, lastWhy: 'it broke' }
    expect(bannerOf(trying, undefined, NOW)).toEqual(bannerOf(LOST, undefined, NOW))
  })

  it('says where prices come from while WebSockets are blocked', () => {
    expect(bannerOf(LOST, { lastAt: NOW }, NOW)?.text).toBe('Snapshots every 2 s: WebSockets are blocked here')
  })
})

describe('the page as a whole', () => {
  it('is dimmed when its prices are not of now', () => {
    expect(dataLink({ phase: 'connecting', attempt: 1 }, undefined)).toBeUndefined()
    expect(dataLink(OPEN, undefined)).toBe('live')
    expect(dataLink(LOST, undefined)).toBe('lost')
    expect(dataLink(LOST, { lastAt: NOW })).toBe('polling')
    expect(dataLink(LOST, { trouble: 'the server does not answer' })).toBe('lost')
  })

  it('has one ribbon for each kind of price that is not of the market now', () => {
    expect(ribbonsOf(['live', 'simulated', 'simulated', undefined, 'delayed']).map(({ label }) => label)).toEqual([
      'simulated',
      'delayed',
    ])
  })
})
