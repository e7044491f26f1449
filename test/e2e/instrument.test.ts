import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Minutes } from '../../proxy/dashboard/chart/minutes.ts'
import { signedIn, TELEPHONE, TestBrowser } from '../support/browser.ts'
import { holds } from '../support/holds.ts'
import { ROOT } from '../support/source.ts'
import { System } from '../support/system.ts'

interface Tick {
  readonly symbol: string
  readonly exchange: string
  readonly mode: number
  readonly snapshot?: boolean
  readonly data: {
    readonly ltp: number
    readonly volume?: number
    readonly ltt?: number
    readonly timestamp: number
    readonly total_buy_quantity?: number
    readonly depth?: Readonly<Record<'buy' | 'sell', readonly { price: number; quantity: number; orders: number }[]>>
  }
}

let system: System
let browser: TestBrowser
let folder: string

beforeAll(async () => {
  folder = mkdtempSync('/tmp/tw-play-')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const starting = System.start()
  browser = await TestBrowser.start()
  system = await starting
})
afterAll(async () => {
  await browser.close()
  await system.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(async () => {
  const faults = [...browser.faults]
  await browser.clear()
  expect(faults).toEqual([])
})

/** A browser and a whole system share the machine with what looks at them. */
const soon = <T>(assertion: () => T | Promise<T>) => holds(assertion, 20_000, 100)

/** The page with this instrument selected, and the ticks of it that the page itself was sent. */
async function open(symbol: string, settings: Readonly<Record<string, unknown>> = {}) {
  const page = await browser.page({ allowed: [/404 \(Not Found\)/] })
  const ticks: Tick[] = []
  page.on('websocket', socket =>
    socket.on('framereceived', ({ payload }) => {
      const tick = JSON.parse(String(payload)) as Tick & { type?: string }
      if (tick.type === 'market_data' && tick.symbol === symbol) ticks.push(tick)
    }),
  )
  // What the server still has of before is looked at elsewhere: here all is from what comes.
  await page.route('**/api/v1/ticks/**', route => route.fulfill({ status: 404, json: { error: 'none' } }))
  for (const [key, value] of Object.entries(settings))
    await page.addInitScript(`localStorage.setItem('tickwire.${key}', '${JSON.stringify(value)}')`)
  await page.goto(await signedIn(system.url(), system.key))
  await page.locator('.watch').getByText(symbol, { exact: true }).first().click()
  await page.locator('.depth h2').getByText(symbol).waitFor()
  return { page, ticks }
}

const number = (text: string) => Number(text.replaceAll(',', ''))

/** The book as it stands in the page, read in one go. */
const bookOf = (page: Page) =>
  page.evaluate<{ bids: string[][]; asks: string[][]; sums: string[]; real: string }>(`(() => {
    const rows = side => [...document.querySelectorAll('.depth .' + side + ' tbody tr')]
      .map(row => [...row.cells].map(cell => cell.textContent))
    return { bids: rows('bids'), asks: rows('asks'), sums: [...document.querySelectorAll('.depth .sums dd')]
      .map(one => one.textContent), real: document.querySelector('.depth .real').textContent }
  })()`)

describe('the book', () => {
  it('is that of a frame, level by level, with its sums and the depth that there is', async () => {
    const { page, ticks } = await open('RELIANCE', { 'depth.levels': 20 })
    await soon(async () => {
      const { bids, asks, sums, real } = await bookOf(page)
      expect(real).toBe('5 of 20 asked')
      const [buy, sell] = [
        bids.map(([orders = '', quantity = '', price = '']) => ({ price, quantity, orders })),
        asks.map(([price = '', quantity = '', orders = '']) => ({ price, quantity, orders })),
      ].map(side => side.map(one => Object.values(one).map(number)))
      expect([buy?.length, sell?.length]).toEqual([5, 5])
      const levels = (side: readonly { price: number; quantity: number; orders: number }[] = []) =>
        side.map(({ price, quantity, orders }) => [price, quantity, orders])
      const frame = ticks.findLast(
        ({ data: { depth } }) =>
          depth && JSON.stringify([levels(depth.buy), levels(depth.sell)]) === JSON.stringify([buy, sell]),
      )
      expect(frame, JSON.stringify(buy)).toBeDefined()
      const total = (side: readonly { quantity: number }[] = []) => side.reduce((sum, one) => sum + one.quantity, 0)
      const { depth, total_buy_quantity: all } = frame?.data ?? {}
      expect([sums[0], sums[1], sums[4]].map(text => number(text ?? ''))).toEqual([
        total(depth?.buy),
        all,
        total(depth?.sell),
      ])
    })
  })

  it('is none of an index, and the page says why', async () => {
    const { page } = await open('NIFTY')
    await soon(async () => expect(await page.locator('.depth .empty').textContent()).toMatch(/An index has no book/))
  })
})

/** Pixels of the chart in this colour, which nothing else of it has; `from`: the part of its width they are right of. */
const pixels = (page: Page, [r, g, b]: readonly [number, number, number], from = 0) =>
  page.evaluate<number>(`(() => {
    let count = 0
    for (const canvas of document.querySelectorAll('.chart canvas')) {
      if (!canvas.width || !canvas.height) continue
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      for (let at = 0; at < data.length; at += 4)
        if ((at / 4) % canvas.width >= canvas.width * ${from} && Math.abs(data[at] - ${r}) + Math.abs(data[at + 1] - ${g}) + Math.abs(data[at + 2] - ${b}) < 24) count++
    }
    return count
  })()`)

/** What a candle takes of the chart's width, its gap included, pixels. */
const CANDLE = 9

/** `--warn`, `--up` and `--down` of the dark theme. */
const [WARN, UP, DOWN] = [
  [251, 191, 36],
  [52, 211, 153],
  [251, 113, 133],
] as const

describe('the chart', () => {
  it('has candles of exactly what came, and hatches the time that the feed was down', async () => {
    const { page, ticks } = await open('TCS')
    const legend = () => page.locator('.chart .legend').textContent()
    await soon(async () => {
      const minutes = new Minutes('NSE')
      const texts = ticks.map(({ snapshot, data: { ltp: price, volume, ltt, timestamp } }) => {
        const at = ltt ?? timestamp
        minutes.add({ at, price, volume, isContinuous: !(snapshot === true && at > minutes.lastAt) })
        const { open: first, high, low, close, volume: traded } = minutes.candles().at(-1) ?? {}
        return JSON.stringify([first, high, low, close, traded])
      })
      const [, ...shown] = /O([\d,.]+)H([\d,.]+)L([\d,.]+)C([\d,.]+).*Vol([\d,]+)/.exec((await legend()) ?? '') ?? []
      expect(ticks.length).toBeGreaterThan(5)
      expect(texts).toContain(JSON.stringify(shown.map(number)))
    })
    await soon(async () => expect((await pixels(page, UP)) + (await pixels(page, DOWN))).toBeGreaterThan(20))
    expect(await pixels(page, WARN)).toBe(0)

    await system.run('adapter', 'disable', 'SIMULATOR')
    try {
      await soon(async () => expect(await page.locator('.depth .state').textContent()).toMatch(/^Down: /))
      expect(await page.locator('.depth .is-dim').count()).toBe(1)
      await soon(async () => expect(await legend()).toMatch(/no prices: /))
      // Beside the last candle, where the outage was, and nowhere else.
      await soon(async () => {
        const everywhere = await pixels(page, WARN)
        expect(everywhere).toBeGreaterThan(20)
        // It grows while it is looked at.
        expect(await pixels(page, WARN, 0.5)).toBe(everywhere)
      })
    } finally {
      await system.run('adapter', 'enable', 'SIMULATOR')
    }
    await soon(async () => expect(await page.locator('.depth .state').textContent()).toMatch(/^Live/))
    expect(await pixels(page, WARN, 0.5)).toBeGreaterThan(20)

    await page.locator('.chart .canvas').focus()
    await page.keyboard.type('5')
    await page.keyboard.press('Enter')
    expect(await page.locator('.chart button[aria-pressed="true"]').textContent()).toBe('5m')
  })

  it('has candles of their usual width on a telephone, where it was not shown before', async () => {
    const page = await browser.page({ size: TELEPHONE })
    await page.goto(await signedIn(system.url(), system.key))
    await page.locator('.watch').getByText('INFY', { exact: true }).first().click()
    await page.locator('nav.places').getByText('Chart').click()
    const legend = () => page.locator('.chart .legend').textContent()
    await soon(async () => expect(await legend()).toMatch(/^\d\d:\d\dO/))
    const scale = await page.locator('.chart .canvas td').nth(2).boundingBox()
    const point = (candles: number) => page.mouse.move((scale?.x ?? 0) - candles * CANDLE, (scale?.y ?? 0) + 200)
    await point(20)
    await soon(async () => expect(await legend()).toBe(''))
    // Room for three candles, then the last one: of thin ones there is none so far left.
    await point(3.5)
    await soon(async () => expect(await legend()).toMatch(/^\d\d:\d\dO/))
  })
})

/** Runs what was copied as somebody would, until it has printed a price. */
async function prints(command: string, file: string, code: string): Promise<void> {
  writeFileSync(join(folder, file), code)
  const child = spawn(command, [file], { cwd: folder, env: { ...process.env, TICKWIRE_API_KEY: system.key } })
  let [out, err] = ['', '']
  child.stdout.on('data', text => {
    out += text
  })
  child.stderr.on('data', text => {
    err += text
  })
  try {
    await soon(() => expect(out, err).toMatch(/"type":"market_data","symbol":"INFY".*"mode":3/))
    expect(out).toContain('"type":"auth","status":"success"')
  } finally {
    child.kill('SIGKILL')
  }
}

describe('the playground (its Python needs Debian package python3-websocket)', () => {
  it('sends and shows, marks what is refused, and gives code that runs as it is', async () => {
    const { page } = await open('INFY', { tab: 'playground' })
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
    const frames = page.locator('.playground .frames li')
    await press('Connect')
    await page.getByText(/^Open · \d+ of \d+ connections/).waitFor()
    await page.locator('.playground [name="mode"]').selectOption('Depth')
    await press('Subscribe')
    await soon(async () =>
      expect(await frames.allTextContents()).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/→ out\d+ B\{"action":"authenticate","api_key":"\(a ticket\)"/),
          expect.stringMatching(/→ out\d+ B\{"action":"subscribe"/),
          expect.stringMatching(/← in[\d,]+ B\{"type":"market_data","symbol":"INFY"/),
        ]),
      ),
    )

    const raw = page.locator('.playground textarea')
    await raw.fill('{"action":')
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
    await raw.fill('{"action":"subscribe","symbols":"NSE:BOGUS","mode":9}')
    await press('Send')
    await page.locator('.playground [type="search"]').fill('INVALID_MODE')
    await soon(async () => expect(await page.locator('.playground .is-error').count()).toBe(1))

    for (const [language, command, file] of [
      ['Node', process.execPath, 'listen.mjs'],
      ['Python', '/usr/bin/python3', 'listen.py'],
    ] as const) {
      await press(language)
      await prints(command, file, (await page.locator('.playground .code pre').textContent()) ?? '')
    }
    await press('Disconnect')
    await page.getByText('closed here').waitFor()
  })
})
