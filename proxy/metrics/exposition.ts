import { Counter, Gauge, Registry } from 'prom-client'
import { addLengths, HOPS, type Lengths } from './hops.ts'
import { LengthMetric, type Measured } from './lengthmetric.ts'
import { type Facts, ROWS, type Row } from './table.ts'

interface Exposed {
  readonly type: string
  readonly body: string
}

/** Makes the text that Prometheus reads. Whatever is told has been counted elsewhere; here it is read, when somebody asks. */
export class Exposition {
  readonly #registry = new Registry()
  readonly #look: () => Promise<Facts>
  #facts: Facts | undefined
  #running: Promise<Exposed> | undefined

  constructor(look: () => Promise<Facts>) {
    this.#look = look
    const facts = () => this.#facts
    for (const row of ROWS) register(this.#registry, row, facts)
    const lengths = (read: (facts: Facts) => readonly Measured[]) => () => (this.#facts ? read(this.#facts) : [])
    for (const metric of [
      new LengthMetric(
        'feed_tick_delay_seconds',
        'From the stamp of the exchange to the bus, for ticks that it has stamped anew; as exact as its stamps, and accounts are summed.',
        ['broker', 'exchange'],
        lengths(tickDelays),
      ),
      new LengthMetric(
        'proxy_hop_seconds',
        'The way of ticks: exchange_adapter for each, adapter_bus and bus_proxy for each message, proxy_kernel the longest wait of each round of writes.',
        ['hop'],
        lengths(hops),
      ),
      new LengthMetric(
        'proxy_event_loop_delay_seconds',
        'By how much a timer was late, four times a second; workers are summed.',
        [],
        lengths(({ whole }) => [{ labels: {}, counted: whole.lengths?.event_loop ?? [0] }]),
      ),
    ])
      this.#registry.registerMetric(metric)
  }

  /** Who asks while another is answered gets the same. */
  scrape(): Promise<Exposed> {
    this.#running ??= this.#scrape().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #scrape(): Promise<Exposed> {
    this.#facts = await this.#look()
    return { type: this.#registry.contentType, body: await this.#registry.metrics() }
  }
}

function register(registry: Registry, { name, help, kind, labels, read }: Row, facts: () => Facts | undefined): void {
  const base = { name, help, labelNames: [...labels], registers: [registry] }
  const samples = () => {
    const now = facts()
    return now ? read(now) : []
  }
  if (kind === 'gauge')
    new Gauge({
      ...base,
      collect() {
        this.reset()
        const told = samples()
        // Without labels a reset leaves a zero, and absent is not zero.
        if (told.length === 0 && labels.length === 0) this.remove()
        for (const { labels, value } of told) this.set(labels, value)
      },
    })
  else
    new Counter({
      ...base,
      collect() {
        this.reset()
        for (const { labels, value } of samples()) this.inc(labels, value)
      },
    })
}

const tickDelays = ({ whole }: Facts): Measured[] =>
  Object.entries(whole.feeds ?? {}).flatMap(([broker, { delays }]) =>
    Object.entries(delays).map(([exchange, counted]) => ({ labels: { broker, exchange }, counted })),
  )

function hops({ whole }: Facts): Measured[] {
  const ofFeeds = Object.values(whole.feeds ?? {}).map(totals => totals.hops)
  const all: Lengths = addLengths([whole.lengths ?? {}, ...ofFeeds])
  return HOPS.map(hop => ({ labels: { hop }, counted: all[hop] ?? [0] }))
}
