import type { Contender } from './contender.ts'
import { Load, type LoadOptions } from './load.ts'
import { CORES } from './machine.ts'
import type { PeerKind } from './peer.ts'
import { type Group, holdersOf } from './script.ts'

/** What a figure should be, and what it was. */
export interface Aim {
  readonly what: string
  readonly aim: string
  readonly measured: string
  /** `undefined` when this run could not tell. */
  readonly met: boolean | undefined
}

export interface Table {
  readonly title: string
  /** One line that says what a row means. */
  readonly meaning: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface Findings {
  readonly tables: readonly Table[]
  readonly aims: readonly Aim[]
}

/** One run of the bench, as its parts see it. */
export interface Bench {
  /** A smoke run: few clients, short windows; its figures mean nothing. */
  readonly quick: boolean
  /** How long a part runs that looks for growth. */
  readonly minutes: number
  /** Ticks a second that 1,000 clients of all 100 symbols were sustained at, once it is known. */
  maximum: number | undefined
  say(text: string): void
}

export interface Part {
  readonly name: string
  readonly run: (bench: Bench) => Promise<Findings>
}

interface Setting extends Partial<LoadOptions> {
  readonly symbols: number
  readonly groups: readonly Group[]
}

export interface Running<Kind extends Contender = Contender> {
  readonly contender: Kind
  readonly load: Load
  /** How many clients get a tick, on average. */
  readonly holders: number
}

/** A contender and its clients, for as long as `use` takes. */
export async function running<Kind extends Contender, Result>(
  kind: PeerKind<Kind>,
  { symbols, groups, ...options }: Setting,
  use: (running: Running<Kind>) => Promise<Result>,
): Promise<Result> {
  const contender = await kind.start(symbols, CORES.server)
  try {
    const load = await Load.start(contender, groups, { core: CORES.load, ...options })
    try {
      return await use({ contender, load, holders: holdersOf(groups, symbols) })
    } finally {
      await load.close()
    }
  } finally {
    await contender.close()
  }
}

/** A smaller number in a smoke run. */
export const sized = ({ quick }: Bench, full: number, small: number): number => (quick ? small : full)
