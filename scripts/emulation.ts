import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { isSession, type SessionAdapter } from '../adapters/contract.ts'
import { sealCredentials } from '../adapters/credentials.ts'
import { createHttp } from '../adapters/http.ts'
import { beginLogin, finishLogin, keepTicket } from '../adapters/login.ts'
import { loadAdapter } from '../adapters/registry.ts'
import { readSettings } from '../adapters/settings.ts'
import { childEnvironment } from '../shared/config.ts'
import { TickwireError } from '../shared/errors.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import { simulatedBeside, withVault } from './accounts.ts'
import type { Invocation } from './invocation.ts'
import { FIRST_USER } from './setup.ts'
import type { Supervisor } from './supervisor.ts'

/** The program that plays brokers: a tool of the tests, which only this command starts. */
const SCRIPT = fileURLToPath(new URL(`../test/emulators/main${extname(import.meta.url)}`, import.meta.url))

/** What it says once it plays them. */
const announcement = z.object({
  kind: z.literal('emulators'),
  emulators: z.array(
    z.object({
      broker: z.string(),
      origin: z.string(),
      settings: z.record(z.string(), z.string()),
      credentials: z.record(z.string(), z.string()),
      /** Gives what a person brings back from a login. */
      answer: z.string(),
    }),
  ),
})

type Emulated = z.infer<typeof announcement>['emulators'][number]

const answered = z.object({ answer: z.string().optional() })

const HTTP_LIMITS = { timeoutMs: 10_000, maxBytes: 1_048_576 }
const ROWS = '1000'

/** Brokers played on this machine, and accounts with them that nobody had to open. */
export class Emulation {
  readonly #invocation: Invocation
  readonly #supervisor: Pick<Supervisor, 'start'>
  readonly #store: ControlStore
  #emulated: readonly Emulated[] = []
  #isEnlisted = false

  constructor(invocation: Invocation, supervisor: Pick<Supervisor, 'start'>, store: ControlStore) {
    this.#invocation = invocation
    this.#supervisor = supervisor
    this.#store = store
  }

  /**
   * Starts them, registers an account with each and logs it in. `brokers`: `all`, or names with commas. Rejects with
   * USAGE for a name that none has, NOT_FOUND where they are not installed, CONFIG_INVALID where the configuration would
   * lead an account elsewhere.
   */
  async start(brokers: string): Promise<void> {
    if (!existsSync(SCRIPT))
      throw new TickwireError('NOT_FOUND', 'The emulated brokers are not part of this installation', {
        next: 'clone the repository; there: npm ci && npx tickwire up --emulate all',
      })
    await this.#supervisor.start({
      name: 'emulators',
      kind: 'emulators',
      script: SCRIPT,
      // Where they were: the accounts know no other place.
      args: ({ ports = '0' }) => [...brokers.split(','), '--port', String(ports), '--rows', ROWS],
      env: childEnvironment({ opensAccounts: false }),
      hear: message => this.#hear(message),
    })
    await this.#enlist()
    this.#isEnlisted = true
  }

  /** For a person, after the other first words. */
  words(): string {
    const width = Math.max(...this.#emulated.map(({ broker }) => broker.length))
    const places = this.#emulated.map(({ broker, origin }) => `  ${broker.padEnd(width)}  ${origin}/emulator`)
    return `The brokers are emulated, and so are their prices. What each can be told, and has seen:\n\n${places.join('\n')}\n`
  }

  /** The same for a program. */
  facts(): object {
    return { event: 'emulated', brokers: this.#emulated.map(({ broker, origin }) => ({ broker, origin })) }
  }

  #hear(message: unknown): void {
    const said = announcement.safeParse(message)
    if (!said.success) return
    this.#emulated = said.data.emulators
    // Emulators that came back know of no login.
    if (this.#isEnlisted) this.#enlist().catch((error: unknown) => this.#tell('the emulated brokers', error))
  }

  async #enlist(): Promise<void> {
    const accounts = await Promise.all(this.#emulated.map(async one => ({ one, adapter: await adapterOf(one) })))
    const names = new Set(accounts.map(({ one }) => feedName(one)))
    for (const { one, adapter } of accounts) await this.#register(one, adapter)
    // One of an earlier start has nobody to speak to now.
    for (const { name, enabled, adapter } of this.#store.feeds.list())
      if (enabled && !names.has(name) && isSession(await loadAdapter({ kind: 'builtin', adapter })))
        this.#store.feeds.setEnabled(name, false, this.#invocation.clock.now())
    await Promise.all(
      accounts.map(({ one, adapter }) =>
        this.#logIn(one, adapter).catch((error: unknown) => this.#tell(feedName(one), error)),
      ),
    )
  }

  /** Anew where it was elsewhere before; by the time it is there, its credentials are. */
  async #register(one: Emulated, adapter: SessionAdapter): Promise<void> {
    const { clock, config } = this.#invocation
    const name = feedName(one)
    if (config.feeds[name])
      throw new TickwireError('CONFIG_INVALID', `[feeds.${name}] would lead the emulated account elsewhere`, {
        next: `take it out of ${config.configFile}, or start without that file`,
      })
    const known = this.#store.feeds.get(name)
    const record: FeedRecord = {
      name,
      userId: FIRST_USER,
      kind: 'builtin',
      adapter: adapter.name,
      settings: one.settings,
      enabled: true,
      createdAt: known?.createdAt ?? clock.now(),
      ...(known?.publicKey !== undefined && { publicKey: known.publicKey }),
    }
    readSettings(name, adapter, [{ origin: 'the emulator', settings: record.settings }])
    const sealed = sealCredentials(adapter, one.credentials)
    await withVault(this.#invocation, vault => vault.putCredentials(name, sealed, clock.now()))
    const simulated = known ? [] : await simulatedBeside(record, this.#store.feeds.list())
    this.#store.atomically(() => {
      for (const other of simulated) this.#store.feeds.setEnabled(other, false, clock.now())
      if (known) this.#store.feeds.remove(name)
      this.#store.feeds.add(record)
    })
  }

  /** As `tickwire account login` does, with the emulator for a person. */
  async #logIn(one: Emulated, adapter: SessionAdapter): Promise<void> {
    const { clock } = this.#invocation
    const name = feedName(one)
    const http = createHttp(HTTP_LIMITS)
    const credentials = await withVault(this.#invocation, vault => vault.credentials(name))
    if (!credentials) return
    const settings = readSettings(name, adapter, [{ origin: 'the emulator', settings: one.settings }])
    const account = { name, adapter, settings, credentials }
    const pending = beginLogin(account)
    const { body } = await http({ method: 'POST', url: one.answer })
    const { answer = '' } = answered.parse(JSON.parse(new TextDecoder().decode(body)))
    const read = () =>
      pending.kind === 'page'
        ? pending.readAnswer(answer, 'person')
        : pending.question === undefined
          ? { code: '' }
          : pending.readAnswer(answer)
    const granted = await finishLogin(account, read(), { http, now: clock.now() })
    await withVault(this.#invocation, vault => keepTicket(vault, account, granted))
  }

  /** What is wrong with one account costs the others nothing. */
  #tell(whose: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#invocation.terminal.say(`warning: ${whose}: ${message}`)
  }
}

const feedName = ({ broker }: Emulated): string => broker.toUpperCase()

async function adapterOf({ broker }: Emulated): Promise<SessionAdapter> {
  const adapter = await loadAdapter({ kind: 'builtin', adapter: broker })
  if (isSession(adapter)) return adapter
  throw new TickwireError('ADAPTER_INVALID', `Adapter ${broker} has no session that could be emulated`)
}
