import { type Clock, pause } from '../../shared/clock.ts'
import type { FeedState } from '../../shared/control.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { SourceAdapter } from '../contract.ts'
import { Attempt, GRACE_MS } from './attempt.ts'
import type { Audience } from './audience.ts'
import { countFailure, judge, judgeGap } from './failure.ts'
import { Presence } from './presence.ts'
import type { Publisher } from './publisher.ts'
import type { Gap } from './pulse.ts'
import type { States } from './states.ts'
import type { StatusReporter } from './status.ts'

/**
 * The life of one feed with a source: starting, live with the first batch, down when the source ends or fails, and until
 * it works again when it is started after growing pauses; parked when its error says that this is of no use; started
 * again when the process stood still, since nobody knows what it missed. A source that falls silent stays live here:
 * whether silence is normal (`quiet`) or not (`suspect`) is for the market calendar to say; `lastTickAt` shows the age.
 */
export class Feed {
  readonly #adapter: SourceAdapter
  readonly #settings: unknown
  readonly #publisher: Publisher
  readonly #audience: Audience
  readonly #status: StatusReporter
  readonly #presence: Presence
  readonly #look: () => void
  readonly #clock: Clock
  readonly #log: Log
  readonly #stop = new AbortController()
  /** The latest run of the source. */
  #attempt: Attempt | undefined
  /** How often in a row. */
  #failures = 0
  #running: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(options: {
    adapter: SourceAdapter
    /** As the adapter's own schema gives them. */
    settings: unknown
    publisher: Publisher
    audience: Audience
    status: StatusReporter
    states: States
    /** Notices whether the process stood still, and then calls `missed`. */
    look: () => void
    clock: Clock
    log: Log
  }) {
    this.#adapter = options.adapter
    this.#settings = options.settings
    this.#publisher = options.publisher
    this.#audience = options.audience
    this.#status = options.status
    this.#presence = new Presence(options)
    this.#look = options.look
    this.#clock = options.clock
    this.#log = options.log
  }

  /**
   * Resolves when the source will not run again: it ended, it is given up, or the feed was closed. Rejects with
   * SOURCE_FAILED when it has to start again and does not end.
   */
  start(): Promise<void> {
    this.#running = this.#run()
    return this.#running
  }

  /** Stops the source and says so on the bus. The bus stays open. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /**
   * The process saw nothing for a while. Only a source that had given values missed something: one that still starts has
   * nothing old to hand out, and one that is down or given up stays so, with its reason.
   */
  missed(gap: Gap): void {
    const attempt = this.#attempt
    if (!attempt?.works) return
    const workedMs = attempt.workedMs() - (gap.clock === 'process' ? gap.ms : 0)
    const { state, reason, pauseMs, failures } = judgeGap(gap, this.#failures, workedMs)
    this.#failures = failures
    this.#log.warn({ failures, pauseMs }, `${reason}; the source starts again`)
    this.#enter(state, reason)
    attempt.stop(pauseMs)
  }

  async #close(): Promise<void> {
    this.#stop.abort()
    this.#attempt?.stop()
    // Whoever started the feed hears why it failed.
    await this.#running.catch(() => {})
    this.#enter('down', 'stopped')
    this.#presence.close()
    this.#status.close()
    this.#audience.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    this.#enter('starting')
    while (!signal.aborted) {
      const pauseMs = await this.#runOnce()
      if (pauseMs === undefined || signal.aborted) return
      // After a pause the feed stays down until it works again.
      if (pauseMs === 0) this.#enter('starting')
      else await pause(this.#clock, pauseMs, signal)
    }
  }

  /** Milliseconds until the source runs again; nothing when it will not. */
  async #runOnce(): Promise<number | undefined> {
    const attempt = new Attempt({ publisher: this.#publisher, look: this.#look, clock: this.#clock, log: this.#log })
    this.#attempt = attempt
    let end: 'ended' | 'late'
    try {
      end = await attempt.run(
        signal => this.#adapter.source(this.#settings, this.#clock, signal),
        () => this.#enter('live'),
      )
    } catch (error) {
      this.#failures = countFailure(this.#failures, attempt.ranMs())
      const { state, reason, pauseMs } = judge(error, this.#failures)
      this.#log.warn({ err: error, failures: this.#failures, pauseMs }, 'the source failed')
      this.#enter(state, reason)
      return pauseMs
    }
    if (this.#stop.signal.aborted) return
    if (end === 'late') throw this.#stuck()
    if (attempt.nextInMs === undefined) this.#enter('down', 'the source ended')
    return attempt.nextInMs
  }

  /** A second run beside the first would publish twice. */
  #stuck(): TickwireError {
    const message = `The source of adapter ${this.#adapter.name} does not end when told to: it had ${GRACE_MS} ms`
    const error = new TickwireError('SOURCE_FAILED', message, { next: 'make the source end when its signal aborts' })
    this.#enter('down', `${error.code}: ${message}; its process ends`)
    return error
  }

  #enter(state: FeedState, reason?: string): void {
    if (state !== this.#status.state) this.#log.info({ state, reason }, `the feed is ${state}`)
    // Whatever else it is, its last values are not the present.
    if (state !== 'live' && state !== 'starting') this.#publisher.forget()
    this.#status.enter(state, reason)
    this.#presence.enter(state, reason)
  }
}
