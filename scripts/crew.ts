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
  { args }: Pick<Invocation, 'args'>,
  name: string,
  kind: ChildSpec['kind'],
  command: ChildSpec['args'],
): ChildSpec => ({
  name,
  kind,
  script: SCRIPT,
  args: details => [...args, ...command(details)],
  env: childEnvironment({ opensAccounts: kind === 'adapter' }),
})

/** Keeps the running feeds equal to the registered ones. A feed that hangs keeps no other one waiting. */
export class Crew {
  readonly #invocation: Pick<Invocation, 'args' | 'config' | 'market'>
  readonly #supervisor: Pick<Supervisor, 'start' | 'stop'>
  readonly #announcer: Pick<Announcer, 'barred'>
  readonly #store: Pick<ControlStore, 'version' | 'feeds'>
  readonly #running = new Map<string, FeedRecord>()
  /** The last end of each feed that was stopped: its next process must not meet it. */
  readonly #ends = new Map<string, Promise<void>>()
  #version: number

  constructor(
    invocation: Pick<Invocation, 'args' | 'config' | 'market'>,
    supervisor: Pick<Supervisor, 'start' | 'stop'>,
    announcer: Pick<Announcer, 'barred'>,
    store: Pick<ControlStore, 'version' | 'feeds'>,
  ) {
    this.#invocation = invocation
    this.#supervisor = supervisor
    this.#announcer = announcer
    this.#store = store
    this.#version = store.version()
  }

  /** Follows when another process has written since the last look. Throws what reading does; then the next look tries again. */
  look(): void {
    const version = this.#store.version()
    if (version === this.#version) return
    void this.follow()
    this.#version = version
  }

  /** Stops and starts what differs. Resolves when every feed this started has started once, well or badly. */
  follow(): Promise<unknown> {
    const { config } = this.#invocation
    const { start, stop, barred } = planFeeds(this.#running, this.#store.feeds.list(), config.validBrokers)
    for (const { name, adapter } of barred) this.#announcer.barred(name, adapter)
    for (const name of stop) {
      this.#running.delete(name)
      this.#ends.set(name, this.#supervisor.stop(name))
    }
    for (const feed of start) this.#running.set(feed.name, feed)
    // One account that fails must not keep the others from their prices; its state tells the reason.
    return Promise.allSettled(start.map(feed => this.#start(feed)))
  }

  /** Starts nothing any more; what runs is the supervisor's. */
  close(): void {
    this.#running.clear()
  }

  async #start(feed: FeedRecord): Promise<void> {
    const { name } = feed
    await this.#ends.get(name)
    // It may have been changed again, or removed, while its last process ended.
    if (this.#running.get(name) !== feed) return
    const { market } = this.#invocation
    const command = ['adapter', 'run', name, ...(market === undefined ? [] : ['--market', market])]
    await this.#supervisor.start(childSpec(this.#invocation, name, 'adapter', () => command))
  }
}
