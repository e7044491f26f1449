import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { barriers, DESK, pageAddress, signedIn, TELEPHONE, TestBrowser } from '../support/browser.ts'
import { holds } from '../support/holds.ts'
import { isAlive, System } from '../support/system.ts'

let system: System
let browser: TestBrowser

beforeAll(async () => {
  system = await System.start()
  browser = await TestBrowser.start()
})
afterAll(async () => {
  await browser.close()
  await system.close()
})
afterEach(async () => {
  const faults = [...browser.faults]
  await browser.clear()
  expect(faults).toEqual([])
})

/** What a browser says of its own accord of requests that fail. */
const BROKEN = [/Failed to load resource/, /WebSocket connection to/]

async function open(look: Parameters<TestBrowser['page']>[0] = {}): Promise<Page> {
  const page = await browser.page(look)
  await page.goto(await signedIn(system.url(), system.key))
  return page
}

const link = (page: Page) => page.locator('html').getAttribute('data-link')
const price = (page: Page) => page.locator('.pin-ltp').first().textContent()
const pill = (page: Page) => page.locator('.pill').textContent()

async function moves(page: Page): Promise<void> {
  const first = await holds(async () => {
    const text = await price(page)
    expect(text).toMatch(/^[\d,]+\.\d\d$/)
    return text
  })
  await holds(async () => expect(await price(page)).not.toBe(first))
}

describe('the page', () => {
  it('is not empty when somebody first sees it: prices move, and are said to be simulated', async () => {
    const page = await open()
    await moves(page)
    await holds(async () => expect(await pill(page)).toContain('Simulated'))
    expect(await page.locator('.ribbon').textContent()).toContain('no market is behind them')
    expect(await link(page)).toBe('live')
  })

  it('keeps a session in its tab and nothing that is secret anywhere else', async () => {
    const page = await open()
    await moves(page)
    const kept = await page.evaluate<[string[], string]>(
      '[Object.keys(sessionStorage), JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])]',
    )
    expect(kept[0]).toEqual(['tickwire.session'])
    expect(kept[1]).not.toContain(system.key)
    expect(kept[1]).not.toContain('ticket=')
    await page.reload()
    await moves(page)
  })

  it('takes a key, which it forgets, and says of a wrong one what to do', async () => {
    const page = await browser.page({ allowed: BROKEN })
    await page.goto(pageAddress(system.url()))
    await page.fill('#key', 'tw_live_wrong')
    await page.keyboard.press('Enter')
    await holds(async () => expect(await page.locator('#key-said').textContent()).toContain('tickwire key create'))
    expect(await page.inputValue('#key')).toBe('')
    await page.fill('#key', system.key)
    await page.keyboard.press('Enter')
    await moves(page)
    await page.click('[title="Settings"]')
    await page.click('text=Sign out')
    await holds(async () => expect(await page.locator('.signin-ended').textContent()).toBe('Signed out'))
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
  })

  it('says that a proxy was killed and when it tries again, and comes back by itself', async () => {
    const page = await open({ allowed: BROKEN })
    await moves(page)
    // Until it is read, the new one does not answer either.
    await page.route('**/api/v1/tickets', route => route.abort())
    await system.kill('proxy')
    const banner = page.locator('.banner')
    await holds(async () => expect(await banner.textContent()).toMatch(/Connection lost.*next try in \d+ s/))
    expect([await link(page), await pill(page)]).toEqual(['lost', expect.stringContaining('Down')])
    expect(await price(page)).toMatch(/\d/)
    await page.unroute('**/api/v1/tickets')
    await holds(async () => expect(await link(page)).toBe('live'), 30_000)
    await moves(page)
    await page.click('#tab-log')
    await holds(async () =>
      expect(await page.locator('.log-lines').textContent()).toMatch(/back after \d+ s, .*missed/),
    )
  })

  it('asks for prices where no WebSocket comes through, and says so', async () => {
    const page = await browser.page({ allowed: BROKEN })
    await page.routeWebSocket(/.*/, socket => socket.close())
    await page.goto(await signedIn(system.url(), system.key))
    await holds(async () => expect(await page.locator('.banner').textContent()).toContain('Snapshots every 2 s'))
    await holds(async () => expect(await pill(page)).toContain('Snapshots only'))
    await moves(page)
    expect(await link(page)).toBe('polling')
  })

  it('tells of a feed that hangs, with the command that brings it back, and when it is well again', async () => {
    const page = await open()
    await moves(page)
    await page.click('#tab-feeds')
    const { pid = 0 } = system.child('SIMULATOR')
    process.kill(pid, 'SIGSTOP')
    await holds(async () =>
      expect(await page.locator('.feed').textContent()).toMatch(/Down.*tickwire adapter enable SIMULATOR/),
    )
    await holds(async () => expect(await pill(page)).toMatch(/Down.*SIMULATOR: /))
    // Its supervisor may have replaced it meanwhile.
    if (isAlive(pid)) process.kill(pid, 'SIGCONT')
    await holds(async () => expect(await pill(page)).toContain('Simulated'), 30_000)
    await moves(page)
  })

  it('says so where no feed is left', async () => {
    const page = await open()
    await moves(page)
    await page.click('#tab-feeds')
    await system.run('adapter', 'disable', 'SIMULATOR')
    await holds(async () => expect(await page.locator('.panel').textContent()).toContain('There is no feed'))
    await holds(async () => expect(await pill(page)).toContain('Down'))
    await system.run('adapter', 'enable', 'SIMULATOR')
    await holds(async () => expect(await pill(page)).toContain('Simulated'), 30_000)
  })

  it('gives who signed in the keys on a question mark, and any theme', async () => {
    const page = await open()
    await moves(page)
    await page.keyboard.press('?')
    expect(await page.locator('dialog[open]').textContent()).toContain('search for an instrument')
    await page.keyboard.press('Escape')
    await page.click('[title="Settings"]')
    await page.locator('dialog[open] select').first().selectOption('light')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
  })
})

describe('nobody is kept out', () => {
  const LOOKS = [DESK, TELEPHONE].flatMap(size => ['dark', 'light'].map(theme => ({ size, theme })))

  it.for(LOOKS)('at $size.width pixels, $theme', async ({ size, theme }) => {
    const page = await browser.page({ size })
    await page.addInitScript(`localStorage.setItem('tickwire.theme', '"${theme}"')`)
    await page.goto(await signedIn(system.url(), system.key))
    await moves(page)
    const found = await barriers(page)
    if (size === TELEPHONE) {
      await page.click('.places >> text=More')
      found.push(...(await barriers(page)))
    }
    expect(found).toEqual([])
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(wide).toBe(0)
  })
})
