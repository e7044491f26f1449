/** Time in the browser, handed in as everywhere. Nothing else in the page reads a clock or sets a timer. */
export interface PageClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds that only grow. */
  monotonic(): number
  after(ms: number, run: () => void): Cancel
  every(ms: number, run: () => void): Cancel
  /** Before the next picture is drawn; not at all while the page is hidden. */
  frame(run: () => void): Cancel
}

export type Cancel = () => void

export const pageClock: PageClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
  frame(run) {
    const handle = requestAnimationFrame(run)
    return () => cancelAnimationFrame(handle)
  },
}
