import type { Dialect } from './dialect.ts'

/** Clients that do the same and hold the same symbols. */
export interface Group {
  readonly clients: number
  readonly kind: 'reader' | 'stopped' | 'slow' | 'flooding'
  readonly symbols: readonly number[]
}

export const everyOne = (symbols: number): readonly number[] => Array.from({ length: symbols }, (_, index) => index)

/** All clients hold all symbols. */
export const allOf = (clients: number, symbols: number): readonly Group[] => [
  { clients, kind: 'reader', symbols: everyOne(symbols) },
]

/** Each client holds `count` symbols of its own choice; the same seed, the same choices. */
export function randomOf(clients: number, count: number, symbols: number, seed = 1): readonly Group[] {
  const random = generator(seed)
  const order = [...everyOne(symbols)]
  return Array.from({ length: clients }, () => {
    for (let place = 0; place < count; place++) {
      const other = place + Math.floor(random() * (symbols - place))
      ;[order[place], order[other]] = [order[other] ?? 0, order[place] ?? 0]
    }
    return { clients: 1, kind: 'reader', symbols: order.slice(0, count) } as const
  })
}

/** How many clients get a tick, on average over all symbols. */
export const holdersOf = (groups: readonly Group[], symbols: number): number =>
  groups.reduce((sum, { clients, symbols: held }) => sum + clients * held.length, 0) / symbols

/** The script of the load client. */
export function scriptOf(groups: readonly Group[], dialect: Dialect): string {
  const lines = groups.flatMap(({ clients, kind, symbols }) => [
    `clients ${clients} ${kind}`,
    ...dialect.subscribe(symbols),
  ])
  return `${lines.join('\n')}\n`
}

/** Mulberry32: numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
