import fc from 'fast-check'
import {
  dataFrame,
  liteItem,
  loginAnswer,
  type Names,
  type Scale,
  snapshotItem,
  UNSENT,
  updateItem,
} from '../emulators/fyers/hsmframe.ts'
import { streamConfiguration } from '../emulators/fyers/streamconfig.ts'

/** A connection of the price socket as its server may write it: the login's answer and the frames after it. */
export interface Run {
  readonly login: Buffer
  readonly frames: readonly Buffer[]
  /** By topic, as its last snapshot in each frame says. */
  readonly scales: readonly ReadonlyMap<string, Scale>[]
}

/** One thing that happens; numbers are taken modulo what there is. */
type Event =
  | { readonly kind: 'snapshot'; topic: number; id: number; count: number; values: readonly Raw[]; scale: Scale }
  | { readonly kind: 'change'; which: number; count: number; values: readonly Raw[]; isLite: boolean }

/** Of a price, of an amount, of a time; or not sent. */
interface Raw {
  readonly price: number
  readonly amount: number
  readonly time: number
  readonly isSent: boolean
}

const TOPICS = [
  'sf|nse_cm|3045',
  'sf|nse_fo|51714',
  'sf|cde_fo|1594',
  'sf|nse_cm|1594',
  'if|nse_cm|Nifty 50',
  'dp|nse_cm|3045',
  'dp|nse_fo|51714',
]

/** What every field is, by its name in the stream configuration: the other ones are amounts. */
const PRICES = /^(s105|s109|s110|s11[34567]|s118|s119|s12[01]|i10[235678]|i109|d10[2-9]|d11[01])$/
const TIMES = /^(s10[23]|i104)$/

const raw: fc.Arbitrary<Raw> = fc.record({
  price: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 0x7fff_ffff }) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -0x7fff_ffff, max: -1 }) },
  ),
  amount: fc.oneof({ weight: 4, arbitrary: fc.nat(0x7fff_ffff) }, { weight: 1, arbitrary: fc.constant(0) }),
  time: fc.integer({ min: 1, max: 0x7fff_ffff }),
  isSent: fc.nat(3).map(n => n > 0),
})

const scale: fc.Arbitrary<Scale> = fc.record({
  precision: fc.oneof({ weight: 4, arbitrary: fc.constant(2) }, { weight: 1, arbitrary: fc.nat(6) }),
  multiplier: fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(10, 100, 1000) },
  ),
})

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('snapshot' as const),
      topic: fc.nat(),
      id: fc.nat(9),
      count: fc.oneof(
        { weight: 4, arbitrary: fc.constant(99) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }) },
      ),
      values: fc.array(raw, { minLength: 30, maxLength: 30 }),
      scale,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      which: fc.nat(),
      count: fc.integer({ min: 0, max: 30 }),
      values: fc.array(raw, { minLength: 30, maxLength: 30 }),
      isLite: fc.boolean(),
    }),
  },
)

/** `interval` 0: no acknowledgements and no message numbers. */
export const run: fc.Arbitrary<Run> = fc
  .record({
    interval: fc.constantFrom(0, 1, 2, 5),
    lite: fc.constantFrom(1, 3),
    frames: fc.array(fc.array(event, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 15 }),
  })
  .map(({ interval, lite, frames }) => new Writer(interval, lite).write(frames))

/** Turns what happens into bytes; knows what a client knows by then, so that nothing refers to what it does not. */
class Writer {
  readonly #interval: number
  readonly #lite: number
  readonly #ids = new Map<number, string>()
  readonly #scales = new Map<string, Scale>()
  readonly #configuration

  constructor(interval: number, lite: number) {
    this.#interval = interval
    this.#lite = lite
    this.#configuration = streamConfiguration(lite)
  }

  write(frames: readonly (readonly Event[])[]): Run {
    const scales: ReadonlyMap<string, Scale>[] = []
    const written = frames.map((events, at) => {
      const items = events.flatMap(one => (one.kind === 'snapshot' ? this.#snapshot(one) : (this.#change(one) ?? [])))
      scales.push(new Map(this.#scales))
      return dataFrame(this.#interval === 0 ? undefined : at + 1, items)
    })
    return { login: loginAnswer(this.#interval, JSON.stringify(this.#configuration)), frames: written, scales }
  }

  #snapshot({ topic: number, id, count, values, scale }: Extract<Event, { kind: 'snapshot' }>): Buffer {
    const topic = TOPICS[number % TOPICS.length] ?? ''
    // It has this id now, and no other; what had the id has none.
    for (const [known, name] of this.#ids) if (name === topic) this.#ids.delete(known)
    this.#ids.set(id, topic)
    this.#scales.set(topic, scale)
    const written = this.#values(topic, values.slice(0, count))
    const [, segment = '', token = ''] = topic.split('|')
    const names: Names = [segment, token, 'SYMBOL']
    return snapshotItem({ id, topic, values: [Math.max(1, written[0] ?? 1), ...written.slice(1)], scale, names })
  }

  #change({ which, count, values, isLite }: Extract<Event, { kind: 'change' }>): Buffer | undefined {
    const known = [...this.#ids]
    const [id, topic = ''] = known[which % Math.max(1, known.length)] ?? []
    if (id === undefined) return undefined
    const written = this.#values(topic, values)
    return isLite && !topic.startsWith('dp')
      ? liteItem(id, written.slice(0, this.#lite))
      : updateItem(id, written.slice(0, count))
  }

  #values(topic: string, values: readonly Raw[]): readonly number[] {
    const { scrip, index, depth } = this.#configuration
    const fields = topic.startsWith('sf') ? scrip : topic.startsWith('if') ? index : depth
    return fields.slice(0, values.length).map((field, at) => {
      const value = values[at]
      if (!value?.isSent) return UNSENT
      return PRICES.test(field) ? value.price : TIMES.test(field) ? value.time : value.amount
    })
  }
}
