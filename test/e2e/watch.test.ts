import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { UNIVERSE } from '../../adapters/simulator/universe.ts'
import { signedIn, TestBrowser } from '../support/browser.ts'
import { holds } from '../support/holds.ts'
import { System } from '../support/system.ts'

let system: System
let browser: TestBrowser

beforeAll(async () => {
  ;[system, browser] = await Promise.all([System.start(), TestBrowser.start()])
})

afterEach(async () => {
  const faults = [...browser.faults]
  await browser.clear()
  expect(faults).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await system?.close()
})

interface Kept {
  readonly names?: readonly string[]
  readonly columns?: readonly string[]
  readonly density?: 'comfortable'
}

/** What the page holds on the stream in mode Quote, by the messages it sends. */
interface Held extends Set<string> {
  /** With what it held before. */
  ever: Set<string>
}

/** The page of somebody who has kept this list and these columns. */
async function open({ names, columns, density }: Kept = {}): Promise<{ page: Page; held: Held }> {
  const page = await browser.page()
  const kept = [
    names && ['tickwire.lists', { lists: [{ id: 1, title: 'Kept', names }], current: 1 }],
    columns && ['tickwire.columns', columns],
    density && ['tickwire.density', density],
  ].flatMap(one =>
    one ? [`localStorage[${JSON.stringify(one[0])}] ??= ${JSON.stringify(JSON.stringify(one[1]))}`] : [],
  )
  await page.addInitScript(kept.join(';'))
  const held: Held = Object.assign(new Set<string>(), { ever: new Set<string>() })
  page.on('websocket', socket => socket.on('framesent', ({ payload }) => note(held, String(payload))))
  await page.goto(await signedIn(system.url(), system.key))
  await page.waitForSelector('.watch .line')
  return { page, held }
}

interface Said {
  readonly action: string
  readonly mode?: string
  readonly symbols?: readonly { readonly exchange: string; readonly symbol: string; readonly mode?: string }[]
}

function note(held: Held, text: string): void {
  const { action, symbols = [], mode } = JSON.parse(text) as Said
  for (const { exchange, symbol, mode: own = mode } of symbols) {
    if (own !== 'Quote') continue
    if (action === 'subscribe') {
      held.add(`${exchange}:${symbol}`)
      held.ever.add(`${exchange}:${symbol}`)
    } else held.delete(`${exchange}:${symbol}`)
  }
}

interface Line {
  readonly name: string
  readonly place: number
  readonly price: string
}

/** The rows that exist, from top to bottom. */
const lines = (page: Page): Promise<Line[]> =>
  page.evaluate<Line[]>(`[...document.querySelectorAll('.watch .line')]
    .map(line => ({
      name: line.dataset.name,
      place: Number(line.getAttribute('aria-rowindex')) - 2,
      price: line.children[1].textContent,
    }))
    .sort((a, b) => a.place - b.place)`)

const priceOf = async (page: Page, name: string): Promise<string | undefined> =>
  (await lines(page)).find(line => line.name === name)?.price

const activeOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(`document.getElementById(
    document.getElementById('watch-grid').getAttribute('aria-activedescendant'))?.dataset.name`)

const names = UNIVERSE.map(({ instrument: { exchange, symbol } }) => `${exchange}:${symbol}`)

describe('the market watch', () => {
  it('is filled for somebody new, and what is searched for is added and moves', async () => {
    const { page } = await open()
    await holds(async () => expect((await lines(page)).filter(({ price }) => !/\d/.test(price))).toEqual([]))
    await page.keyboard.press('/')
    await page.keyboard.type('naturalgas fut')
    await page.waitForSelector('[role=option] >> text=NATURALGAS')
    await page.keyboard.press('Enter')
    const added = await holds(async () => {
      const one = (await lines(page)).find(({ name }) => name.startsWith('MCX:NATURALGAS'))
      expect(one?.price).toMatch(/\d/)
      return one as Line
    })
    await holds(async () => expect(await priceOf(page, added.name)).not.toBe(added.price))
    expect(await activeOf(page)).toBe(added.name)
  })

  it('says what to try when nothing is found', async () => {
    const { page } = await open()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('nothing like this')
    await page.waitForSelector('text=Nothing is called “nothing like this”')
    await page.keyboard.press('Escape')
    expect(await page.isVisible('text=Nothing is called')).toBe(false)
  })

  it('is worked by keyboard: rows are walked, moved, removed and had back', async () => {
    const { page } = await open({ names: ['NSE:TCS', 'NSE:INFY', 'NSE:SBIN'] })
    const order = async () => (await lines(page)).map(({ name }) => name.slice(4)).join()
    await page.focus('#watch-grid')
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    expect(await activeOf(page)).toBe('NSE:INFY')
    await page.keyboard.press('Alt+ArrowUp')
    expect(await order()).toBe('INFY,TCS,SBIN')
    await page.keyboard.press('Delete')
    expect(await order()).toBe('TCS,SBIN')
    await page.click('.foot >> text=Undo')
    expect(await order()).toBe('INFY,TCS,SBIN')
  })

  it('holds on the stream what is in view, and lets go of what no longer is', async () => {
    const { page, held } = await open({ names })
    const pinned = 2
    const seen = async () => (await lines(page)).map(({ name }) => name)
    await holds(async () => expect([...held]).toEqual(expect.arrayContaining(await seen())))
    expect(held.size).toBeLessThanOrEqual((await seen()).length + pinned)
    const before = await seen()
    expect(before.length).toBeLessThan(60)
    await page.focus('#watch-grid')
    await page.keyboard.press('End')
    await holds(async () => expect([...held]).toEqual(expect.arrayContaining(await seen())))
    await holds(() => expect(before.slice(0, 10).filter(name => held.has(name) && !name.includes('NIFTY'))).toEqual([]))
    expect(held.size).toBeLessThanOrEqual((await seen()).length + pinned + 2)
  })

  it('asks for no more than it comes to rest at of a list that is thrown, which shows prices all the same', async () => {
    const { page, held } = await open({ names })
    const seen = async () => (await lines(page)).map(({ name }) => name)
    await holds(async () => expect([...held]).toEqual(expect.arrayContaining(await seen())))
    const first = held.ever.size
    // Prices of those out of view are there.
    await holds(async () => {
      await page.evaluate('document.getElementById("watch-grid").scrollTop = 2600')
      expect((await lines(page)).filter(({ price }) => !/\d/.test(price))).toEqual([])
      await page.evaluate('document.getElementById("watch-grid").scrollTop = 0')
    })
    const { passed, stops } = await page.evaluate<{ passed: number; stops: number }>(THROW)
    expect(passed).toBeGreaterThan(100)
    await holds(async () => expect([...held]).toEqual(expect.arrayContaining(await seen())))
    // Where a machine drew nothing for a while, it stood there.
    expect(held.ever.size - first).toBeLessThanOrEqual((await seen()).length * (2 + stops))
  })

  it('cuts no number and no symbol, however long, in small letters and large', async () => {
    const columns = 'ltp,change,percent,bid,ask,volume,oi,open,high,low,close,average,quantity,ltt,age'.split(',')
    const long = ['MCX:GOLD', 'NFO:BANKNIFTY', 'NSE:']
    const some = long.flatMap(start => names.filter(name => name.startsWith(start)).slice(0, 6))
    for (const density of [undefined, 'comfortable'] as const) {
      const { page } = await open({ names: some, columns, ...(density && { density }) })
      const cells = () => page.evaluate<{ text: string; width: number; needed: number }[]>(CELLS)
      expect((await cells()).filter(({ text }) => /\d[CP]E$/.test(text))).not.toEqual([])
      await holds(async () =>
        expect((await cells()).filter(({ text }) => /^\d,\d\d,\d{3}\.\d\d$/.test(text))).not.toEqual([]),
      )
      await holds(async () => expect((await cells()).filter(({ width, needed }) => needed > width)).toEqual([]))
    }
  })

  it('sorts rows by what those are worth that nobody sees', async () => {
    const { page } = await open({ names, columns: ['close', 'ltp'] })
    // A close of the day before does not move: the order is known to the last place.
    const expected = UNIVERSE.map(({ instrument: { exchange, symbol }, previousClose }) => ({
      name: `${exchange}:${symbol}`,
      previousClose,
    }))
      .sort((a, b) => b.previousClose - a.previousClose)
      .map(({ previousClose }) => previousClose)
    await page.click('.watch [role=columnheader]:nth-child(2) button')
    await page.mouse.move(0, 0)
    const closes = async () => (await lines(page)).map(({ price }) => Number(price.replaceAll(',', '')))
    await holds(async () => expect(await closes()).toEqual(expected.slice(0, (await closes()).length)))
    await page.focus('#watch-grid')
    await page.keyboard.press('End')
    await holds(async () => expect(await closes()).toEqual(expected.slice(-(await closes()).length)))
  })

  it('shows a row at every place of two thousand, however it is scrolled', async () => {
    const many = Array.from({ length: 2000 }, (_, nth) => names[nth] ?? `NSE:UNLISTED${nth}`)
    const { page } = await open({ names: many })
    const blank = await page.evaluate<number[]>(SCROLL)
    expect(blank).toEqual([])
    expect((await lines(page)).at(-1)).toMatchObject({ name: many.at(-1), place: 1999 })
  })
})

/** Ten rows a picture, to the end: how many there were, and how often the next picture came late. */
const THROW = `new Promise(resolve => {
  const grid = document.getElementById('watch-grid')
  let stops = 0
  let drawnAt = performance.now()
  const next = () => {
    const before = grid.scrollTop
    grid.scrollTop += 260
    const now = performance.now()
    if (now - drawnAt >= 100) stops++
    drawnAt = now
    if (grid.scrollTop === before) resolve({ passed: Math.round(before / 26), stops })
    else requestAnimationFrame(next)
  }
  next()
})`

/** What stands in them, and how much of their width it needs with what is around it; pixels. */
const CELLS = `[...document.querySelectorAll('.watch .line > :is(.cell:not(.words), .name)')].map(cell => {
  const content = document.createRange()
  content.selectNodeContents(cell.querySelector('.tag') ?? cell)
  const { right, width } = content.getBoundingClientRect()
  const needed = cell.matches('.name') ? right - cell.getBoundingClientRect().left : Math.max(cell.scrollWidth, width + 12)
  const text = cell.querySelector('.symbol')?.textContent ?? cell.textContent
  return { text, width: cell.clientWidth, needed: Math.floor(needed) }
})`

/** Slowly, then in leaps, to the end: places of the list where nothing stood when a picture was drawn. */
const SCROLL = `new Promise(resolve => {
  const grid = document.getElementById('watch-grid')
  const blank = []
  let nth = 0
  // What the next picture shows is there when it is drawn, not before.
  const next = () => requestAnimationFrame(() => setTimeout(look))
  const look = () => {
    // A ribbon may come above it meanwhile.
    const { left, top, bottom } = grid.getBoundingClientRect()
    for (let y = top + 30; y < bottom - 20; y += 26)
      if (!document.elementFromPoint(left + 40, y)?.closest('.line')) blank.push(Math.round((grid.scrollTop + y - top) / 26))
    const before = grid.scrollTop
    grid.scrollTop += ++nth < 40 ? 130 : 3000
    if (grid.scrollTop === before) resolve(blank)
    else next()
  }
  next()
})`
