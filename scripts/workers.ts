import { availableParallelism } from 'node:os'
import { Register, type RegisterLimits } from '../proxy/limits/register.ts'
import { type Passage, Turnstile } from '../proxy/limits/turnstile.ts'
import type { Address } from '../proxy/listen.ts'
import type { Sums, Whole } from '../proxy/whole.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { CLIENTS_GRACE_MS, type Ending } from '../shared/process.ts'
import { Child, type ChildSpec } from './child.ts'
import { Door } from './door.ts'
import type { Happening } from './facts.ts'
import { type FromWorker, ROUND_LIMIT_MS, type ToWorker } from './handover.ts'
import { Tally, type WorkerStanding } from './tally.ts'

interface WorkersParts {
  readonly count: number
  readonly limits: RegisterLimits
  readonly passage?: Passage
  /** Whom the common door has turned away. */
  readonly refusals?: Sums['refusals']
  /** How one worker is started that serves this address. */
  readonly spec: (id: number, address: Address) => Omit<ChildSpec, 'hear'>
  readonly clock: Clock
  readonly log: Log
}

/** Less than what the parent itself is given: none of them is left behind when its time is over. */
const WORKER_GRACE_MS = CLIENTS_GRACE_MS - 1000
const EVENTS_KEPT = 20

/** How many processes a setting means on this machine. */
export const workersOf = (setting: number | 'auto'): number => (setting === 'auto' ? availableParallelism() : setting)

/** The name of a worker, in logs and among locks. */
export const workerName = (id: number): string => `proxy-${id}`

/**
 * All workers of one proxy: starts them again when they die or hang, lets connections in to them through one door, and
 * answers each of them what all of them count.
 */
export class Workers {
  /** Rejects when a worker is not started any more. */
  readonly failed: Promise<never>
  readonly #parts: WorkersParts
  readonly #door: Door
  /** Counts for all of them. */
  readonly #register: Register
  readonly #tally = new Tally()
  readonly #children = new Map<number, Child>()
  readonly #events: Happening[] = []
  readonly #startedAt: number
  #fail: (error: Error) => void = () => {}
  #round = 0
  /** Workers that have not answered in this round, or did not in the last one. */
  #unheard = new Set<number>()
  #allHeard: () => void = () => {}
  #counting: Promise<Whole> | undefined
  #following: Promise<Whole> | undefined

  constructor(parts: WorkersParts) {
    this.#parts = parts
    const { clock, log, limits, passage } = parts
    this.#startedAt = clock.now()
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
    const give = (id: number, message: ToWorker, socket: Parameters<Child['send']>[1]) =>
      this.#children.get(id)?.send(message, socket) ?? false
    this.#register = new Register(limits, clock)
    const turnstile = new Turnstile({ clock, gate: this.#register.gate, ...passage })
    this.#door = new Door({ clock, log, turnstile, give })
  }

  /** Opens the port and starts the workers; resolves when all are ready. Throws PORT_TAKEN, and why one could not start. */
  async start(wish: Address): Promise<Address> {
    const { count, spec, clock } = this.#parts
    const address = await this.#door.listen(wish)
    for (let id = 1; id <= count; id++) {
      const hear = (message: unknown) => this.#hear(id, message as FromWorker)
      const child: Child = new Child({ ...spec(id, address), hear }, clock, text => this.#changed(id, text))
      this.#children.set(id, child)
    }
    await Promise.all([...this.#children.values()].map(child => child.ready))
    return address
  }

  /** What all of them count. Asks each: what was counted before the call is in it, unless a worker is silent. */
  whole(): Promise<Whole> {
    if (!this.#counting) {
      this.#counting = this.#count().finally(() => {
        this.#counting = undefined
      })
      return this.#counting
    }
    // The round under way may have passed a worker before this call.
    this.#following ??= this.#counting.then(() => {
      this.#following = undefined
      return this.whole()
    })
    return this.#following
  }

  /** Ends all workers, which tell their clients of this end and turn away who still comes; resolves when they are gone. */
  async close(ending?: Ending): Promise<void> {
    await Promise.all([...this.#children.values()].map(child => child.stop(WORKER_GRACE_MS, ending)))
    this.#door.close()
    this.#register.close()
  }

  /** Each of them reads again what may change while it runs. */
  reload(): void {
    for (const child of this.#children.values()) child.reload()
  }

  /** Ends all at once, without a word to anybody. */
  kill(): void {
    for (const child of this.#children.values()) child.kill()
  }

  #hear(id: number, message: FromWorker): void {
    switch (message.kind) {
      case 'taken':
      case 'refused':
        this.#door.answered(id, message.number, message.kind === 'taken')
        break
      case 'left':
        this.#door.left(id, message.numbers)
        break
      case 'report':
        // The last words of one that has been counted as ended.
        if (this.#children.get(id)?.facts().state !== 'running') break
        this.#tally.heard(id, message.report)
        if (message.round === undefined || message.round === this.#round) this.#heard(id)
        break
      case 'questions': {
        // Its connections are gone: a seat given now would never be given back.
        if (this.#children.get(id)?.facts().state !== 'running') break
        const owner = this.#ownerOf(id)
        const verdicts = message.questions.map(question => this.#register.answer(owner, question))
        this.#say(id, { kind: 'verdicts', from: message.from, verdicts })
        break
      }
      case 'ask':
        void this.whole().then(whole => this.#say(id, { kind: 'whole', asked: message.asked, whole }))
        break
    }
  }

  #changed(id: number, text: string | undefined): void {
    const facts = this.#children.get(id)?.facts()
    if (text === undefined || facts === undefined) return
    const { clock, log } = this.#parts
    const name = workerName(id)
    const isOrdinary = text === 'running' || facts.state === 'stopped'
    log[isOrdinary ? 'debug' : 'warn']({ worker: id, pid: facts.pid }, `${name} ${text}`)
    if (!isOrdinary) this.#events.push({ at: clock.now(), name, text })
    if (this.#events.length > EVENTS_KEPT) this.#events.shift()
    if (facts.state === 'running') {
      this.#heard(id)
      this.#door.open(id)
      return
    }
    this.#door.shut(id)
    this.#register.ended(this.#ownerOf(id))
    this.#tally.ended(id)
    this.#heard(id)
    if (facts.state === 'parked')
      this.#fail(new Error(`Worker ${id} of the proxy does not stay alive: ${facts.lastExit?.reason}`))
  }

  /** Each life of a worker numbers its connections anew: its seats are not those of the life before. */
  #ownerOf(id: number): number {
    return id + (this.#parts.count + 1) * (this.#children.get(id)?.facts().restarts ?? 0)
  }

  async #count(): Promise<Whole> {
    const round = ++this.#round
    const running = [...this.#children].filter(([, child]) => child.facts().state === 'running').map(([id]) => id)
    this.#unheard = new Set(running)
    await new Promise<void>(resolve => {
      const cancel = this.#parts.clock.after(ROUND_LIMIT_MS, resolve)
      this.#allHeard = () => {
        cancel()
        resolve()
      }
      for (const id of running) if (!this.#say(id, { kind: 'count', round })) this.#heard(id)
      if (running.length === 0) this.#allHeard()
    })
    const workers = [...this.#children].map(([id, child]) => this.#standing(id, child))
    const { refusals = {} } = this.#parts
    return this.#tally.whole(workers, { startedAt: this.#startedAt, events: this.#events, refusals })
  }

  #heard(id: number): void {
    if (this.#unheard.delete(id) && this.#unheard.size === 0) this.#allHeard()
  }

  #standing(id: number, child: Child): WorkerStanding {
    const { pid, state } = child.facts()
    const isRunning = state === 'running'
    return {
      id,
      ...(pid === undefined ? {} : { pid }),
      state: isRunning ? (this.#unheard.has(id) ? 'silent' : 'running') : 'starting',
    }
  }

  #say(id: number, message: ToWorker): boolean {
    return this.#children.get(id)?.send(message) ?? false
  }
}
