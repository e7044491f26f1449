import { addUp, lasting, NO_BUS, type Report, type Sums, type Whole, type WorkerView } from '../proxy/whole.ts'
import type { Happening } from './facts.ts'

/** One worker now. */
export type WorkerStanding = Omit<WorkerView, 'clients'>

/** What their parent knows. */
interface Beside {
  readonly startedAt: number
  readonly events: readonly Happening[]
  /** Whom it turned away before any worker saw them. */
  readonly refusals?: NonNullable<Sums['refusals']>
}

const NOTHING: Sums = { clients: {}, ticks: {}, bus: {} }

/** What all workers have counted, those that ended included. */
export class Tally {
  readonly #reports = new Map<number, Report>()
  #past = NOTHING

  heard(id: number, report: Report): void {
    this.#reports.set(id, report)
  }

  /** A worker has ended: what it last said that it did stays in the sums. */
  ended(id: number): void {
    const report = this.#reports.get(id)
    if (!report) return
    this.#past = addUp([this.#past, lasting(report)])
    this.#reports.delete(id)
  }

  whole(workers: readonly WorkerStanding[], { startedAt, events, refusals = {} }: Beside): Whole {
    const reports = [...this.#reports.values()]
    const busConnected = reports.length > 0 && reports.every(report => report.busConnected)
    const away = workers.find(({ state }) => state !== 'running')
    const missing = away ? `worker ${away.id} is ${away.state}` : busConnected ? undefined : NO_BUS
    return {
      startedAt,
      busConnected,
      topics: reports.reduce((sum, { topics }) => sum + topics, 0),
      ...addUp([...reports, this.#past, { ...NOTHING, refusals }]),
      clientList: [...this.#reports].flatMap(([id, { clientList }]) =>
        clientList.map(one => ({ ...one, id: `${id}-${one.id}` })),
      ),
      workers: workers.map(one => ({ ...one, clients: this.#reports.get(one.id)?.clients.clients ?? 0 })),
      ...(missing === undefined ? {} : { missing }),
      events,
    }
  }
}
