import { type Clock, pause } from '../../shared/clock.ts'
import type { FeedState } from '../../shared/control.ts'
import type { Log } from '../../shared/log.ts'
import type { Adapter, Update } from '../contract.ts'
import type { Audience } from './audience.ts'
import { countFailure, judge } from './failure.ts'
import type { Publisher } from './publisher.ts'
import type { Pulse } from './pulse.ts'
import type { StatusReporter } from './status.ts'

/** A turn of the event loop takes from a large batch for about this long: lanes and timers wait meanwhile. */
const TURN_MS = 1
/** Reading the clock costs as much as an unwanted update. */
const UPDATES_PER_LOOK = 32
/** How long a source may take to end once it is told to. */
const GRACE_MS = 1000

/**
 * The life of one feed with a source: starting, live with the first batch, down when the source ends or fails, and until
 * it works again when it is started after growing pauses; parked when its error says that this is of no use; started
 * again at once when the process stood still, since nobody knows what it missed. A source that falls silent stays live
 * here: whether silence is normal (`quiet`) or not (`suspect`) is for the market calendar to say; `lastTickAt` shows the
 * age.
 */
export class Feed {
  readonly #adapter: Adapter
  readonly #settings: unknown
  readonly #publisher: Publisher
  readonly #audience: Audience
  readonly #status: StatusReporter
  readonly #pulse: Pulse
  readonly #clock: Clock
  readonly #log: Log
  readonly #stop = new AbortController()
  /** The latest run of the source; aborted once it is over. */
  #attempt = new AbortController()
  #wake: () => void = () => {}
  #running: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(options: {
    adapter: Adapter
    /** As the adapter's own schema gives them. */
    settings: unknown
    publisher: Publisher
    audience: Audience
    status: StatusReporter
    pulse: Pulse
    clock: Clock
    log: Log
  }) {
    this.#adapter = options.adapter
    this.#settings = options.settings
    this.#publisher = options.publisher
    this.#audience = options.audience
    this.#status = options.status
    this.#pulse = options.pulse
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Resolves when the source will not run again: it ended, it is given up, or the feed was closed. */
  start(): Promise<void> {
    this.#pulse.listen(ms => this.#stoodStill(ms))
    this.#running = this.#run()
    return this.#running
  }

  /** Stops the source and says so on the bus. The bus stays open. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#stop.abort()
    this.#wake()
    const ended = new AbortController()
    await Promise.race([this.#running, pause(this.#clock, GRACE_MS, ended.signal)])
    ended.abort()
    this.#enter('down', 'stopped')
    this.#pulse.close()
    this.#status.close()
    this.#audience.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    let failures = 0
    this.#enter('starting')
    while (!signal.aborted) {
      const startedAt = this.#clock.monotonic()
      try {
        const end = await this.#consume()
        if (end === 'ended') {
          if (!signal.aborted) this.#enter('down', 'the source ended')
          return
        }
        this.#enter('starting')
      } catch (error) {
        if (signal.aborted) return this.#log.debug({ err: error }, 'the source failed while it was stopped')
        failures = countFailure(failures, this.#clock.monotonic() - startedAt)
        const { state, reason, pauseMs } = judge(error, failures)
        this.#log.warn({ err: error, failures, pauseMs }, 'the source failed')
        this.#enter(state, reason)
        if (pauseMs === undefined) return
        await pause(this.#clock, pauseMs, signal)
      }
    }
  }

  /** One run of the source. Its signal dies with it, so that nothing it left behind outlives it. */
  async #consume(): Promise<'ended' | 'interrupted'> {
    const attempt = new AbortController()
    this.#attempt = attempt
    const { signal } = attempt
    const abort = () => attempt.abort()
    const interrupted = () => signal.aborted && !this.#stop.signal.aborted
    this.#stop.signal.addEventListener('abort', abort)
    try {
      for await (const batch of this.#adapter.source(this.#settings, this.#clock, signal)) {
        await this.#offer(batch, signal)
        if (signal.aborted) break
        this.#enter('live')
        // A batch is a turn: without this a source that never waits would starve every timer.
        await this.#turn()
      }
      return interrupted() ? 'interrupted' : 'ended'
    } catch (error) {
      if (interrupted()) return 'interrupted'
      throw error
    } finally {
      this.#stop.signal.removeEventListener('abort', abort)
      abort()
    }
  }

  async #offer(batch: readonly Update[], signal: AbortSignal): Promise<void> {
    let turnAt = this.#clock.monotonic()
    let look = UPDATES_PER_LOOK
    for (const update of batch) {
      if (signal.aborted) return
      this.#publisher.offer(update)
      if (--look > 0) continue
      look = UPDATES_PER_LOOK
      if (this.#clock.monotonic() - turnAt < TURN_MS) continue
      await this.#turn()
      turnAt = this.#clock.monotonic()
    }
  }

  /** Only a running source missed something. One that is down or given up stays so, with its reason. */
  #stoodStill(ms: number): void {
    if (this.#attempt.signal.aborted) return
    this.#log.warn({ ms: Math.round(ms) }, 'the process stood still, or its clock was set; the source starts again')
    this.#enter('down', `its process stood still for ${(ms / 1000).toFixed(1)} s`)
    this.#attempt.abort()
  }

  #turn(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
      this.#clock.soon(resolve)
    })
  }

  #enter(state: FeedState, reason?: string): void {
    if (state !== this.#status.state) this.#log.info({ state, reason }, `the feed is ${state}`)
    // Whatever else it is, its last values are not the present.
    if (state !== 'live' && state !== 'starting') this.#publisher.forget()
    this.#status.enter(state, reason)
  }
}
