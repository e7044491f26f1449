import { describe, expect, it, onTestFinished } from 'vitest'
import { Countdown } from '../../../adapters/account/countdown.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { keptLog } from '../../support/log.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Six in the morning in India, of a Monday. */
const SIX = Date.parse('2026-11-23T06:00:00+05:30')

function countdown({ renewsItself = false, opensAt = (): number | undefined => SIX + 3 * HOUR_MS } = {}) {
  const clock = new ManualClock(SIX - 10 * HOUR_MS)
  const { log, lines } = keptLog()
  const login = { endsAt: SIX as number | undefined, renewsItself }
  const told: (string | undefined)[] = []
  const running = new Countdown({
    account: 'ZERODHA',
    endsAt: () => login.endsAt,
    renewsItself: () => login.renewsItself,
    tradesFrom: opensAt,
    tell: text => void told.push(text),
    clock,
    log,
  })
  onTestFinished(() => running.close())
  return { clock, login, told, lines, until: (ms: number) => clock.advance(SIX - ms - clock.now()) }
}

/** The log says how long; what is told stands there until the next word, when that would be wrong. */
const WORDS = 'the login ends at 06:00 India time; next: tickwire account login ZERODHA'
const logged = (minutes: number) => WORDS.replace(';', `, in ${minutes} min;`)

describe('a login that ends before the market opens', () => {
  it('is announced 60, 15 and 5 minutes before its end, each once, and in the log too', () => {
    const { until, told, lines } = countdown()
    until(60 * MINUTE_MS + 1)
    expect(told).toEqual([])
    until(2000)
    expect(told).toEqual([WORDS, WORDS, WORDS])
    expect(lines.map(({ text }) => text)).toEqual([logged(60), logged(15), logged(5)])
  })

  it('is announced no more once it has ended, or there is another', () => {
    const one = countdown()
    one.until(0)
    expect(one.told.at(-1)).toBeUndefined()
    const other = countdown()
    other.until(10 * MINUTE_MS)
    other.login.endsAt = SIX + 24 * HOUR_MS
    other.until(9 * MINUTE_MS)
    expect(other.told).toEqual([WORDS, WORDS, undefined])
  })

  it('is announced at once where the process starts minutes before it', () => {
    const { clock, told, lines } = countdown()
    clock.freeze(10 * HOUR_MS - 3 * MINUTE_MS)
    clock.advance(1000)
    expect(told).toEqual([WORDS])
    expect(lines.map(({ text }) => text)).toEqual([logged(3)])
  })
})

describe('no word is said of a login', () => {
  it.each([
    ['that renews itself', { renewsItself: true }],
    ['that ends on a day without trading', { opensAt: () => SIX + 51 * HOUR_MS }],
    ['of which nothing is ever traded', { opensAt: () => undefined }],
  ])('%s', (_, options) => {
    const { until, told } = countdown(options)
    until(1000)
    expect(told).toEqual([])
  })

  it('whose end nobody knows', () => {
    const { login, until, told } = countdown()
    login.endsAt = undefined
    until(1000)
    expect(told).toEqual([])
  })
})
