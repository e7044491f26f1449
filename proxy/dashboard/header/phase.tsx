import { useEffect } from 'preact/hooks'
import { marketFacts, selected, serverTime } from '../desk.ts'
import { exceptionWords, isOver, lineOf, phaseWords } from '../market.ts'
import { partsOf } from '../names.ts'
import { pinned } from '../pins.ts'

const PACE_MS = 30_000
/** While what was said is over. */
const SOON_MS = 2000

/** What the market of the selected instrument, else of the first pinned one, does now, and when it next does otherwise than usual. */
export function MarketPhase() {
  const market = marketFacts.value.value
  const { exchange } = partsOf(selected.value ?? pinned.value[0] ?? 'NSE:')
  const line = market && lineOf(market, exchange)
  const isAwaited = line !== undefined && isOver(line, serverTime.value)
  useEffect(() => marketFacts.watch(isAwaited ? SOON_MS : PACE_MS), [isAwaited])
  if (!market || !line) return null
  const words = market.market === 'always-open' ? 'Always open (set so)' : phaseWords(line, serverTime.value)
  const next = market.exceptions.find(({ exchanges }) => exchanges.includes(line.exchange))
  return (
    <span class="phase" title={market.trouble}>
      <span class="phase-now">
        <span class="label">{line.exchange.replace('_INDEX', '')}</span> {words}
      </span>
      {next && (
        <span class="phase-next" title={next.name}>
          {exceptionWords(next)}
        </span>
      )}
    </span>
  )
}
