import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from '../shared/config.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import type { Announcer } from './banner.ts'
import type { ChildSpec } from './child.ts'
import type { Invocation } from './invocation.ts'
import { planFeeds } from './roster.ts'
import type { Supervisor } from './supervisor.ts'

const SCRIPT = fileURLToPath(new URL(`./cli${extname(import.meta.url)}`, import.meta.url))

/** How this program runs one of its own commands as a child: the same options, and no secret in its environment. */
export const childSpec = (
  { args }: Invocation,
  name: string,
  kind: ChildSpec['kind'],
  command: ChildSpec['args'],
): ChildSpec => ({
  name,
  kind,
  script: SCRIPT,
  args: details => [...args, ...command(details)],
  env: childEnvironment(),
})

/** Keeps the running feeds equal to the registered ones. */
export class Crew {
  readonly #invocation: Invocation
  readonly #supervisor: Supervisor
  readonly #announcer: Announcer
  readonly #store: ControlStore
  readonly #running = new Map<string, FeedRecord>()
  #version: number
  #turn: Promise<void> = Promise.resolve()

  constructor(invocation: Invocation, supervisor: Supervisor, announcer: Announcer, store: ControlStore) {
    this.#invocation = invocation
    this.#supervisor = supervisor
    this.#announcer = announcer
    this.#store = store
    this.#version = store.version()
  }

  /** Follows when another process has written since the last look; whether it had. A failed look is made again. */
  async look(): Promise<boolean> {
    const version = this.#store.version()
    if (version === this.#version) return false
    this.#version = version
    await this.follow()
    return true
  }

  /** One change after the other; resolves when every feed has started once, well or badly. */
  follow(): Promise<void> {
    const turn = this.#turn.then(() => this.#change())
    this.#turn = turn.catch(() => {
      this.#version = Number.NaN
    })
    return turn
  }

  async #change(): Promise<void> {
    const { config } = this.#invocation
    const { start, stop, barred } = planFeeds(this.#running, this.#store.feeds.list(), config.validBrokers)
    for (const { name, adapter } of barred) this.#announcer.barred(name, adapter)
    for (const name of stop) this.#running.delete(name)
    await Promise.all(stop.map(name => this.#supervisor.stop(name)))
    const starts = start.map(feed => {
      this.#running.set(feed.name, feed)
      return this.#supervisor.start(
        childSpec(this.#invocation, feed.name, 'adapter', () => ['adapter', 'run', feed.name]),
      )
    })
    // One account that fails must not keep the others from their prices; its state tells the reason.
    await Promise.allSettled(starts)
  }
}
