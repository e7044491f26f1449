import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { WEEKDAYS } from '../../shared/market/calendar/schema.ts'
import { shippedData } from '../../shared/market/calendar/shipped.ts'
import { quotePacket } from '../emulators/kite/packet.ts'
import { signedIn, TestBrowser } from '../support/browser.ts'
import { holds } from '../support/holds.ts'
import { KiteSystem } from '../support/kite.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const IST_MS = 5.5 * HOUR_MS
const LAST = 960.15

let all: KiteSystem
let browser: TestBrowser
let page: Page

beforeAll(async () => {
  browser = await TestBrowser.start()
  all = await KiteSystem.start({ tickMs: 0 }, { login: false, keepsHours: true })
  const { system } = all
  for (const [input, ...words] of [
    [holidays(), 'calendar', 'import', '-'],
    ['', 'adapter', 'disable', 'SIMULATOR'],
  ] as const)
    expect(await system.pipe(input, ...words)).toMatchObject({ code: 0 })
  await all.login()
  page = await browser.page()
  const lists = { lists: [{ id: 1, title: 'Kept', names: ['NSE:SBIN'] }], current: 1 }
  await page.addInitScript(`localStorage['tickwire.lists'] = ${JSON.stringify(JSON.stringify(lists))}`)
  await page.goto(await signedIn(system.url(), system.key))
}, 90_000)

afterAll(async () => {
  await browser?.close()
  await all?.close()
})

/** Whenever this runs: yesterday, today and tomorrow nobody trades shares. */
function holidays(): string {
  const { markets, segments, exceptions } = shippedData
  const { equity } = markets
  if (!equity) throw new Error('the calendar knows no shares')
  const days = [-1, 0, 1].map(by => new Date(systemClock.now() + IST_MS + by * DAY_MS))
  const dates = days.map(day => day.toISOString().slice(0, 10))
  const { source } = equity.coverage
  const shares = Object.entries(segments).flatMap(([name, { market }]) => (market === 'equity' ? name : []))
  const closed = days.map((day, nth) => ({
    date: dates[nth],
    weekday: WEEKDAYS[(day.getUTCDay() + 6) % 7],
    segments: shares,
    source,
    kind: 'closed',
    name: 'Nobody trades',
    status: 'confirmed',
  }))
  // Of the day after them it must be known, too.
  const weekOn = new Date(systemClock.now() + IST_MS + 7 * DAY_MS).toISOString().slice(0, 10)
  const to = [equity.coverage.to, weekOn].sort().at(-1)
  return JSON.stringify({
    ...shippedData,
    markets: { ...markets, equity: { coverage: { ...equity.coverage, to } } },
    exceptions: [...exceptions.filter(({ date }) => !dates.includes(date)), ...closed],
  })
}

/** As of the last trade, three hours ago. */
function push(): number {
  const { token } = all.kite.row('NSE:SBIN')
  const facts = { lastQuantity: 25, averagePrice: 957.83, volume: 3_000_123, buyQuantity: 0, sellQuantity: 0 }
  return all.kite.push([
    quotePacket({ token, lastPrice: LAST, ...facts, open: 951.2, high: 963.95, low: 948.05, close: 949.9 }),
  ])
}

const text = (selector: string) => page.locator(selector).first().textContent()

describe('the page, while the market is closed', () => {
  it('says so, and until when, and calls the feed quiet instead of broken', async () => {
    await holds(async () => expect(await text('.pill')).toMatch(/Quiet\s*market closed until \d\d:\d\d/), 30_000)
    expect(await text('.pill')).not.toMatch(/Down|Stalled|Live/)
    await holds(async () => expect(await text('header')).toMatch(/NSE\s*Closed until \d\d:\d\d/))
    expect(await page.locator('html').getAttribute('data-link')).toBe('live')
    expect(await page.locator('.banner').count()).toBe(0)
  })

  it('shows the last price, quiet and not as one that fails', async () => {
    await holds(() => expect(push()).toBe(1))
    await holds(async () => expect(await text('.watch .line [role=gridcell]')).toBe('960.15'))
    const line = page.locator('.watch .line').first()
    await holds(async () => expect(await line.getAttribute('data-state')).toBe('quiet'))
    expect(await line.textContent()).toContain('Quiet')
    expect(await line.textContent()).not.toMatch(/Live|Stalled|Down/)
  })

  it('says of the feed that it is there, and that nothing is due', async () => {
    await page.click('#tab-feeds')
    await holds(async () => expect(await text('.feed')).toMatch(/ZERODHA\s*Quiet/))
  })
})
