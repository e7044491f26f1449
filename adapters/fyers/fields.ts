import { z } from 'zod'
import type { LevelPart, TickPart } from '../../shared/market/tick.ts'
import { readJson } from '../../shared/words.ts'

/** A part being filled in. */
export type Draft = {
  -readonly [Field in keyof TickPart]: TickPart[Field]
} & { buy?: Place[]; sell?: Place[] }

type Place = { -readonly [Field in keyof LevelPart]: LevelPart[Field] } | undefined

/** Puts one raw number where it belongs. `divisor`: raw prices to the rupee. */
type Put = (draft: Draft, raw: number, divisor: number) => void

/** What a topic is of: `sf` an instrument, `dp` its book of five levels, `if` an index. */
export type Kind = 'sf' | 'dp' | 'if'

/** What the numbers of an item are, in their order; of a field that is of no use here, nothing. */
export interface Layout {
  readonly fields: readonly (Put | undefined)[]
  /** How many of them a lite item has; 0: there is none. */
  readonly lite: number
}

export type Layouts = Readonly<Record<Kind, Layout>>

/** Rupees. A price of 0 is none: nothing was traded yet, or there is no limit. One division gives the nearest double. */
const price = (raw: number, divisor: number): number | null => (raw === 0 ? null : raw / divisor)

const amount = (raw: number): number | null => (raw < 0 ? null : raw)

/** Epoch seconds; 0 is none, never 1970. */
const time = (raw: number): number | null => (raw > 0 ? raw * 1000 : null)

/** Where the message has none, the last one stays. */
const exchangeTime: Put = (draft, raw) => {
  if (raw > 0) draft.timestamp = raw * 1000
}

type Side = 'buy' | 'sell'

function place(draft: Draft, side: Side, at: number): NonNullable<Place> {
  draft[side] ??= []
  const levels = draft[side]
  while (levels.length <= at) levels.push(undefined)
  const level = levels[at] ?? {}
  levels[at] = level
  return level
}

const levelPrice =
  (side: Side, at: number): Put =>
  (draft, raw, divisor) => {
    place(draft, side, at).price = raw / divisor
  }

const levelQuantity =
  (side: Side, at: number): Put =>
  (draft, raw) => {
    place(draft, side, at).quantity = Math.max(raw, 0)
  }

const levelOrders =
  (side: Side, at: number): Put =>
  (draft, raw) => {
    place(draft, side, at).orders = Math.max(raw, 0)
  }

/**
 * `s102` … of the stream configuration (Fyers HSM, recorded in 2026). Year high and low, s118 and s119, are left. A function
 * for each, since this is where most of the time of a frame goes.
 */
const SCRIP: Readonly<Record<string, Put>> = {
  s102: exchangeTime,
  s103: (draft, raw) => {
    draft.lastTradeTime = time(raw)
  },
  s104: (draft, raw) => {
    draft.volume = amount(raw)
  },
  s105: (draft, raw, divisor) => {
    draft.ltp = price(raw, divisor)
  },
  s106: (draft, raw) => {
    draft.lastQuantity = amount(raw)
  },
  s107: (draft, raw) => {
    draft.totalBuyQuantity = amount(raw)
  },
  s108: (draft, raw) => {
    draft.totalSellQuantity = amount(raw)
  },
  s109: levelPrice('buy', 0),
  s110: levelPrice('sell', 0),
  s111: levelQuantity('buy', 0),
  s112: levelQuantity('sell', 0),
  s113: (draft, raw, divisor) => {
    draft.averagePrice = price(raw, divisor)
  },
  s114: (draft, raw, divisor) => {
    draft.low = price(raw, divisor)
  },
  s115: (draft, raw, divisor) => {
    draft.high = price(raw, divisor)
  },
  s116: (draft, raw, divisor) => {
    draft.lowerCircuit = price(raw, divisor)
  },
  s117: (draft, raw, divisor) => {
    draft.upperCircuit = price(raw, divisor)
  },
  s120: (draft, raw, divisor) => {
    draft.open = price(raw, divisor)
  },
  s121: (draft, raw, divisor) => {
    draft.previousClose = price(raw, divisor)
  },
  s122: (draft, raw) => {
    draft.openInterest = amount(raw)
  },
}

const INDEX: Readonly<Record<string, Put | undefined>> = {
  i102: SCRIP.s105,
  i103: SCRIP.s121,
  i104: exchangeTime,
  i105: SCRIP.s115,
  i106: SCRIP.s114,
  i107: SCRIP.s120,
}

/** `d102` to `d131`: prices, then quantities, then orders, of five bids and five asks each. */
const DEPTH: Readonly<Record<string, Put>> = Object.fromEntries(
  [levelPrice, levelQuantity, levelOrders].flatMap((put, group) =>
    (['buy', 'sell'] as const).flatMap((side, half) =>
      Array.from({ length: 5 }, (_, at) => [`d${102 + 10 * group + 5 * half + at}`, put(side, at)] as const),
    ),
  ),
)

const SCRIP_ORDER =
  's105 s104 s103 s102 s111 s112 s109 s110 s106 s107 s108 s113 s122 s114 s115 s118 s119 s116 s117 s120 s121'.split(' ')
const INDEX_ORDER = 'i102 i103 i104 i105 i106 i107 i108 i109'.split(' ')
const DEPTH_ORDER = Array.from({ length: 30 }, (_, at) => `d${102 + at}`)

const order = z.array(z.string()).min(1).max(255).catch([])
const lite = z.object({ hfid: z.number().int().min(1).max(255) }).catch({ hfid: 1 })

const configuration = z.object({
  scrip: order,
  index: order,
  depth: order,
  scrip_lite: lite,
  index_lite: lite,
})

/** As of 2026, where the server does not say. */
export const LAYOUTS: Layouts = layoutsOf({
  scrip: SCRIP_ORDER,
  index: INDEX_ORDER,
  depth: DEPTH_ORDER,
  scrip_lite: { hfid: 1 },
  index_lite: { hfid: 1 },
})

/** The layouts that a server's stream configuration names; undefined for a text that is none. */
export function readConfiguration(text: string): Layouts | undefined {
  const parsed = configuration.safeParse(readJson(text))
  return parsed.success ? layoutsOf(parsed.data) : undefined
}

function layoutsOf({ scrip, index, depth, scrip_lite, index_lite }: z.infer<typeof configuration>): Layouts {
  return {
    sf: layout(scrip, SCRIP_ORDER, SCRIP, scrip_lite.hfid),
    if: layout(index, INDEX_ORDER, INDEX, index_lite.hfid),
    dp: layout(depth, DEPTH_ORDER, DEPTH, 0),
  }
}

function layout(
  ids: readonly string[],
  usual: readonly string[],
  table: Readonly<Record<string, Put | undefined>>,
  lite: number,
): Layout {
  const named = ids.length > 0 ? ids : usual
  return { fields: named.map(id => (Object.hasOwn(table, id) ? table[id] : undefined)), lite }
}
