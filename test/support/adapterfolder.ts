import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryPath } from './datafolder.ts'

/** Pieces of JavaScript that make an adapter outside the tree. */
interface AdapterText {
  /** Runs when it is loaded. */
  readonly first?: string
  /** The function that lists its instruments; `gold` is one. */
  readonly instruments?: string
  /** Shape of its settings. */
  readonly settings?: string
  /** Body of its source. */
  readonly source?: string
}

/** The folder of an adapter named `own`; it goes away with the test. */
export function adapterFolder({
  first = '',
  instruments = '() => [gold]',
  settings = '{}',
  source = '',
}: AdapterText = {}): string {
  const folder = temporaryPath()
  const names = "token: '1', brokerSymbol: 'GOLD', name: 'Gold'"
  const text = `${first}
    const gold = { exchange: 'MCX', symbol: 'GOLD05FEB27FUT', ${names}, kind: 'FUT' }
    export default ({ z }) => ({
      name: 'own', title: 'Own', label: 'simulated', modes: ['LTP'], settings: z.object(${settings}),
      instruments: ${instruments},
      async *source() { ${source} },
    })`
  writeFileSync(join(folder, 'manifest.mjs'), text)
  return folder
}
