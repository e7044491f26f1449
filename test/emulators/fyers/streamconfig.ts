import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '../../support/source.ts'

/** What the server tells a client of its own frames: the fields of each kind of topic, in their order. */
export interface StreamConfiguration {
  readonly scrip: readonly string[]
  readonly index: readonly string[]
  readonly depth: readonly string[]
  readonly scrip_lite: { readonly hfid: number }
  readonly index_lite: { readonly hfid: number }
}

/** As it was captured; not part of the repository, and not needed. */
const CAPTURED = join(ROOT, '../shared/fixtures/brokers/fyers/hsm-stream-data-config.json')

const list = z.array(z.string())
const lite = z.looseObject({ hfid: z.number() })
const shape = z.looseObject({ scrip: list, index: list, depth: list, scrip_lite: lite, index_lite: lite })

/** The captured one where it is there, else one of the same shape. `lite`: how many values a lite item has. */
export function streamConfiguration(lite = 1, captured = CAPTURED): StreamConfiguration {
  const known = existsSync(captured) ? shape.parse(JSON.parse(readFileSync(captured, 'utf8'))) : own()
  return { ...known, scrip_lite: { hfid: lite }, index_lite: { hfid: lite } }
}

const PRICE = 'ConvNumber'
const COUNT = 'Number'
const TIME = 'timestamp'

/** Id, the name that the vendor's parser gives it, and what kind of number it is. */
const SCRIP: readonly (readonly [number, string, string])[] = [
  [105, 'ltp', PRICE],
  [104, 'v', COUNT],
  [103, 'ltt', TIME],
  [102, 'fdtm', TIME],
  [111, 'bq', COUNT],
  [112, 'bs', COUNT],
  [109, 'bp', PRICE],
  [110, 'sp', PRICE],
  [106, 'ltq', COUNT],
  [107, 'tbq', COUNT],
  [108, 'tsq', COUNT],
  [113, 'ap', PRICE],
  [122, 'oi', COUNT],
  [114, 'lo', PRICE],
  [115, 'h', PRICE],
  [118, 'yh', PRICE],
  [119, 'yl', PRICE],
  [116, 'lcl', PRICE],
  [117, 'ucl', PRICE],
  [120, 'op', PRICE],
  [121, 'c', PRICE],
]

const INDEX: readonly (readonly [number, string, string])[] = [
  [102, 'iv', PRICE],
  [103, 'ic', PRICE],
  [104, 'tvalue', TIME],
  [105, 'highPrice', PRICE],
  [106, 'lowPrice', PRICE],
  [107, 'openingPrice', PRICE],
  [108, 'yh', PRICE],
  [109, 'yl', PRICE],
]

/** What the client computes: the vendor's parser looks for these, too. */
const COMPUTED: readonly (readonly [number, string, string])[] = [
  [101, 'cng', PRICE],
  [102, 'nc', COUNT],
  [103, 'to', COUNT],
  [104, 'cng', PRICE],
  [105, 'nc', COUNT],
]

/** Five levels: the first has the name alone, the others their number behind it. */
const side = (from: number, name: string, kind: string, isNumbered: boolean) =>
  Array.from({ length: 5 }, (_, n): readonly [number, string, string] => [
    from + n,
    `${name}${isNumbered ? n + 1 : n || ''}`,
    kind,
  ])

const DEPTH = [
  ...side(102, 'bp', PRICE, false),
  ...side(107, 'sp', PRICE, false),
  ...side(112, 'bq', COUNT, false),
  ...side(117, 'bs', COUNT, false),
  ...side(122, 'bno', COUNT, true),
  ...side(127, 'sno', COUNT, true),
]

function own(): z.infer<typeof shape> {
  const kinds = { s: SCRIP, i: INDEX, d: DEPTH, f: COMPUTED }
  const ids = (letter: string, fields: typeof SCRIP) => fields.map(([id]) => `${letter}${id}`)
  return {
    version: '1.0.0',
    protocol: '1.0.0',
    fields: Object.entries(kinds).flatMap(([letter, fields]) =>
      fields.map(([id, fld, dataType]) => ({ fid: `${letter}${id}`, type: 'Number', details: '', fld, dataType })),
    ),
    scrip: ids('s', SCRIP),
    index: ids('i', INDEX),
    depth: ids('d', DEPTH),
    scrip_lite: { hfid: 1 },
    index_lite: { hfid: 1 },
  }
}
