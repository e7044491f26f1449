import type { Socket } from 'node:net'
import type { RegisterLimits } from '../proxy/limits/register.ts'
import type { Siblings } from '../proxy/options.ts'
import { alone, type Report, type Whole } from '../proxy/whole.ts'
import { type Cancel, type Clock, pause } from '../shared/clock.ts'
import { Colleague } from './colleague.ts'
import { type FromWorker, REPORT_MS, ROUND_LIMIT_MS, STALE_MS, type ToWorker } from './handover.ts'

interface WorkerParts {
  readonly clock: Clock
  readonly limits: RegisterLimits
  /** The port its parent listens on. */
  readonly address: { readonly host: string; readonly port: number }
  /** To the parent. */
  readonly say: (message: FromWorker) => void
}

/** Longer than the parent waits for all workers. */
const ASK_LIMIT_MS = 1.5 * ROUND_LIMIT_MS

/** All who ask within this share a question: the answer takes a word of every worker, with all its counts. */
const ASK_PAUSE_MS = 100

/** A worker's side of the channel to its parent: takes connections, tells what it counts, asks what all count. */
export class Worker implements Siblings {
  readonly registry: Colleague
  readonly #parts: WorkerParts
  readonly #startedAt: number
  readonly #asked = new Map<number, (whole: Whole) => void>()
  #take: ((socket: Socket) => void) | undefined
  #report: (() => Report) | undefined
  #number = 0
  #left: number[] = []
  /** As it was last told. */
  #last: Whole | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #next: Promise<Whole> | undefined
  #stopReports: Cancel = () => {}

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.registry = new Colleague(parts)
    this.#startedAt = parts.clock.now()
  }

  async open(take: (socket: Socket) => void, report: () => Report): Promise<WorkerParts['address']> {
    const { clock, address } = this.#parts
    this.#take = take
    this.#report = report
    this.#stopReports = clock.every(REPORT_MS, () => this.#tell())
    return address
  }

  /** What was counted before the call is in it. */
  whole(): Promise<Whole> {
    if (this.#next) return this.#next
    const { clock } = this.#parts
    const waitMs = this.#askedAt + ASK_PAUSE_MS - clock.monotonic()
    if (waitMs <= 0) return this.#ask()
    this.#next = pause(clock, waitMs).then(() => {
      this.#next = undefined
      return this.#ask()
    })
    return this.#next
  }

  /** Takes what the parent says. */
  hear(message: ToWorker, socket?: Socket): void {
    switch (message.kind) {
      case 'verdicts':
        this.registry.hear(message)
        break
      case 'connection':
        this.#connection(message, socket)
        break
      case 'count':
        this.#tell(message.round)
        break
      case 'whole':
        this.#last = message.whole
        this.#asked.get(message.asked)?.(message.whole)
        break
    }
  }

  close(): void {
    this.#take = undefined
    this.#stopReports()
    this.registry.close()
  }

  /** Asks the parent. One that does not answer is told of as missing, beside what it last said. */
  #ask(): Promise<Whole> {
    const { clock, say } = this.#parts
    this.#askedAt = clock.monotonic()
    const asked = ++this.#number
    return new Promise(resolve => {
      const cancel = clock.after(ASK_LIMIT_MS, () => answer(this.#forsaken()))
      const answer = (whole: Whole) => {
        cancel()
        this.#asked.delete(asked)
        resolve(whole)
      }
      this.#asked.set(asked, answer)
      say({ kind: 'ask', asked })
    })
  }

  #connection({ number, sentAt }: ToWorker & { kind: 'connection' }, socket: Socket | undefined): void {
    const { clock, say } = this.#parts
    const age = clock.now() - sentAt
    if (!this.#take || age > STALE_MS) {
      // In this very turn: nothing may be read from what another is to read.
      socket?.destroy()
      say({ kind: 'refused', number })
      return
    }
    say({ kind: 'taken', number })
    if (!socket) return
    socket.once('close', () => this.#lose(number))
    this.#take(socket)
  }

  /** Thousands may go in one turn: told at its end. */
  #lose(number: number): void {
    if (this.#left.push(number) > 1) return
    this.#parts.clock.soon(() => {
      this.#parts.say({ kind: 'left', numbers: this.#left })
      this.#left = []
    })
  }

  #tell(round?: number): void {
    const report = this.#report?.()
    if (!report) return
    this.#parts.say({ kind: 'report', ...(round !== undefined && { round }), report })
  }

  #forsaken(): Whole {
    const nothing = { topics: 0, busConnected: false, clientList: [], clients: {}, ticks: {}, bus: {} }
    const last = this.#last ?? alone(this.#report?.() ?? nothing, this.#startedAt)
    return { ...last, missing: 'the process that hands out connections does not answer' }
  }
}
