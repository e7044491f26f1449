import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, type ConsoleMessage, chromium, type Page } from 'playwright-core'

const WHERE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const DESK = { width: 1366, height: 768 }
export const TELEPHONE = { width: 390, height: 844 }

interface Look {
  readonly size?: typeof DESK
  readonly colorScheme?: 'dark' | 'light'
  /** What the console may say besides: a test that breaks something on purpose. */
  readonly allowed?: readonly RegExp[]
}

/** A real browser. What its pages throw, or write to the console as an error, is kept for `faults`. */
export class TestBrowser {
  readonly #browser: Browser
  readonly #contexts: BrowserContext[] = []
  readonly #faults: string[] = []

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  static async start(): Promise<TestBrowser> {
    const executablePath = process.env.CHROMIUM ?? WHERE.find(path => existsSync(path))
    if (!executablePath) throw new Error('no Chromium: apt install chromium, or name one with CHROMIUM=/path')
    // Its own sandbox cannot be had by root.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    return new TestBrowser(await chromium.launch({ executablePath, args: [...args, '--disable-dev-shm-usage'] }))
  }

  /** What went wrong in any page, without what that page was allowed. */
  get faults(): readonly string[] {
    return this.#faults
  }

  /** A page of somebody who was never here before. */
  async page({ size = DESK, colorScheme = 'dark', allowed = [] }: Look = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce' })
    this.#contexts.push(context)
    const page = await context.newPage()
    const keep = (text: string) => {
      if (!allowed.some(one => one.test(text))) this.#faults.push(text)
    }
    page.on('pageerror', error => keep(String(error.stack ?? error)))
    page.on('console', message => message.type() === 'error' && keep(`${message.text()} (${addressOf(message)})`))
    return page
  }

  /** Ends the pages that are open; the next ones know of nothing. */
  async clear(): Promise<void> {
    this.#faults.length = 0
    await Promise.all(this.#contexts.splice(0).map(one => one.close()))
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}

const addressOf = (message: ConsoleMessage): string => message.location().url

/** Where the page of a proxy is, by the address of its stream. */
export const pageAddress = (url: string): string => `${url.replace(/^ws/, 'http').replace(/\/$/, '')}/`

/** An address that signs in by itself, once, with a ticket of this key. */
export async function signedIn(url: string, key: string): Promise<string> {
  const base = pageAddress(url)
  const response = await fetch(`${base}api/v1/tickets`, { method: 'POST', headers: { authorization: `Bearer ${key}` } })
  const { ticket } = (await response.json()) as { ticket?: string }
  if (!ticket) throw new Error(`no ticket: ${response.status}`)
  return `${base}#ticket=${ticket}`
}

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe finds serious or critical, in words. */
export async function barriers(page: Page): Promise<string[]> {
  // By its debugger: the headers of the page forbid foreign scripts.
  await page.evaluate(readFileSync(AXE, 'utf8'))
  const violations = await page.evaluate<Violation[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations)",
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    )
}
