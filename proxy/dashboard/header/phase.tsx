import { useEffect } from 'preact/hooks'
import { marketFacts, selected, serverTime } from '../desk.ts'
import { exceptionWords, lineOf, phaseWords } from '../market.ts'
import { partsOf } from '../names.ts'
import { pinned } from '../pins.ts'

const PACE_MS = 30_000

/** What the market of the selected instrument, else of the first pinned one, does now, and when it next does otherwise than usual. */
export function MarketPhase() {
  useEffect(() => marketFacts.watch(PACE_MS), [])
  const market = marketFacts.value.value
  if (!market) return null
  const { exchange } = partsOf(selected.value ?? pinned.value[0] ?? 'NSE:')
  const line = lineOf(market, exchange)
  if (!line) return null
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
