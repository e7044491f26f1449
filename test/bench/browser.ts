import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { systemClock } from '../../shared/clock.ts'
import { findProgram } from './machine.ts'
import { residentOf, usageOf } from './usage.ts'

const BINARIES = ['chromium', 'chromium-browser', 'google-chrome']
const SIZE = { width: 1366, height: 768 }

/** What a page did while it was looked at. */
export interface Work {
  /** Of a core: the process of the page alone, and all of the browser's. */
  readonly page: number
  readonly browser: number
  /** Between two pictures, milliseconds, in order of size; none where nobody counted. */
  readonly frames: readonly number[]
  /** CPU of the thread that scripts and layout share, seconds in all. */
  readonly thread: number
}

export interface Weight {
  /** What scripts hold after everything given up is collected, bytes. */
  readonly heap: number
  /** Memory of its process that is no file, bytes. */
  readonly process: number
}

/** One page in a real browser, and what it costs. */
export class Window {
  readonly page: Page
  readonly #browser: Browser
  readonly #session: CDPSession
  readonly #whole: CDPSession

  private constructor(browser: Browser, page: Page, session: CDPSession, whole: CDPSession) {
    this.#browser = browser
    this.page = page
    this.#session = session
    this.#whole = whole
  }

  /** `kept`: what an earlier visit left behind. */
  static async open(address: string, kept: Readonly<Record<string, string>>): Promise<Window> {
    const executablePath = BINARIES.map(findProgram).find(path => path !== undefined)
    if (!executablePath) throw new Error('no Chromium on the PATH')
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const browser = await chromium.launch({ executablePath, args: [...args, '--disable-dev-shm-usage'] })
    const context = await browser.newContext({ viewport: SIZE })
    const script = Object.entries(kept).map(
      ([name, value]) => `localStorage[${JSON.stringify(name)}] ??= ${JSON.stringify(value)};`,
    )
    await context.addInitScript(script.join(''))
    const page = await context.newPage()
    await page.goto(address)
    const session = await context.newCDPSession(page)
    // Its own time, not that in which others had the core.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new Window(browser, page, session, await browser.newBrowserCDPSession())
  }

  /** Looks at the page for as long as `during` takes. To count pictures makes the page draw each of them. */
  async watch(during: () => Promise<unknown>, counts: boolean): Promise<Work> {
    if (counts) await this.page.evaluate(RECORD)
    const before = await this.#cpu()
    const began = systemClock.monotonic()
    await during()
    const seconds = (systemClock.monotonic() - began) / 1000
    const after = await this.#cpu()
    const frames = counts ? await this.page.evaluate<number[]>('window.frameTimes()') : []
    return {
      page: (after.page - before.page) / seconds,
      browser: (after.browser - before.browser) / seconds,
      frames: frames.sort((a, b) => a - b),
      thread: after.thread - before.thread,
    }
  }

  /** As a hand does on a touchpad: `distance` pixels, down for a negative one, so many a second. */
  async scroll(distance: number, speed: number): Promise<void> {
    const box = await this.page.locator('#watch-grid').boundingBox()
    if (!box) throw new Error('the page shows no list')
    const at = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) }
    await this.#session.send('Input.synthesizeScrollGesture', { ...at, yDistance: distance, speed, preventFling: true })
  }

  async weigh(): Promise<Weight> {
    await this.#session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await this.#session.send('Runtime.getHeapUsage')
    return { heap: usedSize, process: residentOf(await this.#pid()) }
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }

  async #cpu(): Promise<{ page: number; browser: number; thread: number }> {
    const pid = await this.#pid()
    const pids = (await this.#processes()).map(({ id }) => id)
    const { metrics } = await this.#session.send('Performance.getMetrics')
    const thread = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
    return { page: usageOf(pid).cpu, thread, browser: pids.reduce((sum, one) => sum + usageOf(one).cpu, 0) }
  }

  /** Of the page: the one of its kind that works. */
  async #pid(): Promise<number> {
    const renderers = (await this.#processes()).filter(({ type }) => type === 'renderer')
    const busiest = renderers.toSorted((a, b) => b.cpuTime - a.cpuTime)[0]
    if (!busiest) throw new Error('the browser has no process for the page')
    return busiest.id
  }

  async #processes() {
    const { processInfo } = await this.#whole.send('SystemInfo.getProcessInfo')
    return processInfo
  }
}

/** Runs in the page: it is text, because the compiler knows nothing of browsers here. */
const RECORD = `(() => {
  const times = []
  let last, stopped = false
  const look = at => {
    if (stopped) return
    if (last !== undefined) times.push(at - last)
    last = at
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  window.frameTimes = () => {
    stopped = true
    return times
  }
})()`
