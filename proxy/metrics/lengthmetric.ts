import { Histogram } from 'prom-client'
import { bucketsOf, type Counted, countOf, endOf, sumOf } from '../../shared/histogram.ts'
import type { Label, Labels } from './table.ts'

export interface Measured {
  readonly labels: Labels
  readonly counted: Counted
}

/** From 64 microseconds to 67 seconds, each twice the one before: these are ends of buckets of what is counted, too. */
const BOUNDS = Array.from({ length: 21 }, (_, at) => 2 ** (at + 6))
const MICROS = 1e6

/** Tells histograms that were counted elsewhere, in the buckets of Prometheus. */
export class LengthMetric extends Histogram<Label> {
  readonly #about: { readonly name: string; readonly help: string }
  readonly #read: () => readonly Measured[]

  constructor(name: string, help: string, labelNames: readonly Label[], read: () => readonly Measured[]) {
    super({ name, help, labelNames: [...labelNames], registers: [] })
    this.#about = { name, help }
    this.#read = read
  }

  override async get() {
    return {
      ...this.#about,
      // The library declares an enumeration of kinds, and ships none.
      type: 'histogram' as never,
      collect: () => {},
      aggregator: 'sum' as const,
      values: this.#read().flatMap(one => this.#told(one)),
    }
  }

  /** What the registry asks for. */
  getForPromString(): ReturnType<this['get']> {
    return this.get() as ReturnType<this['get']>
  }

  #told({ labels, counted }: Measured) {
    const { name } = this.#about
    const under = (bound: number) => {
      let count = 0
      for (const [bucket, of] of bucketsOf(counted)) if (endOf(bucket) <= bound) count += of
      return count
    }
    const bucket = (le: number | string, value: number) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le },
      value,
    })
    return [
      ...BOUNDS.map(bound => bucket(bound / MICROS, under(bound))),
      bucket('+Inf', countOf(counted)),
      { metricName: `${name}_sum`, labels, value: sumOf(counted) / MICROS },
      { metricName: `${name}_count`, labels, value: countOf(counted) },
    ]
  }
}
