import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { selected, wants } from '../desk.ts'
import { type Name, partsOf } from '../names.ts'
import { kept, oneOf } from '../settings.ts'
import { follow } from './follow.ts'
import { readTimeframe, TIMEFRAMES, type Timeframe } from './timeframes.ts'
import './chart.css'

const timeframe = kept<Timeframe>('chart.timeframe', '1m', oneOf(...TIMEFRAMES))
const WORDS: Readonly<Record<Timeframe, string>> = {
  '1m': '1 minute',
  '3m': '3 minutes',
  '5m': '5 minutes',
  '15m': '15 minutes',
  '1h': '1 hour',
  '1D': '1 day',
}

/** Candles of what is selected, as long as it is. */
export function Chart() {
  const name = selected.value
  const typed = useSignal('')
  const note = useSignal('')

  const take = (text: string) => {
    const found = readTimeframe(text)
    if (found) timeframe.value = found
    note.value = found ? `Candles of ${WORDS[found]}` : `No candles of ${text}: there are ${TIMEFRAMES.join(', ')}`
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLButtonElement) return
    if (/^[0-9mhd]$/i.test(event.key)) typed.value += event.key
    else if (event.key === 'Backspace') typed.value = typed.value.slice(0, -1)
    else if (event.key === 'Escape') typed.value = ''
    else if (event.key === 'Enter' && typed.value) {
      take(typed.value)
      typed.value = ''
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <section class="chart" aria-label="Chart">
      <div class="tools">
        {name !== undefined && <strong class="name">{partsOf(name).symbol}</strong>}
        <fieldset aria-label="Length of a candle">
          {TIMEFRAMES.map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={one === timeframe.value}
              title={`Candles of ${WORDS[one]}`}
              onClick={() => {
                timeframe.value = one
              }}
            >
              {one}
            </button>
          ))}
        </fieldset>
        {typed.value && <kbd class="typed">{typed.value} ⏎</kbd>}
        <span class="note" role="status">
          {note.value}
        </span>
      </div>
      {name === undefined ? (
        <p class="empty">Choose an instrument in the market watch.</p>
      ) : (
        <Candles name={name} timeframe={timeframe.value} onKeyDown={onKeyDown} />
      )}
      <p class="hint">
        <span title="Candles are of the ticks that this page and its server have seen; history comes with the recorder">
          Hollow: seen in part. Hatched: feed down. No history yet.
        </span>
        <a
          href="https://www.tradingview.com/"
          target="_blank"
          rel="noreferrer"
          title="TradingView Lightweight Charts™, Copyright © TradingView, Inc. https://www.tradingview.com/"
        >
          Charts by TradingView
        </a>
      </p>
    </section>
  )
}

interface Shown {
  readonly name: Name
  readonly timeframe: Timeframe
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function Candles({ name, timeframe: length, onKeyDown }: Shown) {
  const host = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLDivElement>(null)

  useEffect(() => wants.hold(name, 'Quote'), [name])

  useEffect(() => {
    if (!host.current || !legend.current) return undefined
    return follow({ name, length, host: host.current, legend: legend.current })
  }, [name, length])

  return (
    <>
      <div class="legend" ref={legend} />
      {/* biome-ignore lint/a11y/useSemanticElements: it is no set of fields */}
      <div
        class="canvas"
        ref={host}
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: lengths of candles are typed here
        tabIndex={0}
        aria-label={`Candles of ${name}, ${WORDS[length]} each. Type a number of minutes and Enter for another length.`}
        onKeyDown={onKeyDown}
      />
    </>
  )
}
