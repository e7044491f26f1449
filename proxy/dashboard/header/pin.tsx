import { useEffect, useRef } from 'preact/hooks'
import { disagreements, prices, selected, serverTime, wants } from '../desk.ts'
import { type Name, partsOf } from '../names.ts'
import { place } from '../place.ts'
import type { Price } from '../prices.ts'
import { isDoubtful } from '../watch/columns.ts'
import { decimalsOf, formatChange, formatPercent, formatPrice } from '../watch/format.ts'
import { pinWords } from './pinwords.ts'

const ARROWS = { up: '▲', down: '▼', flat: '' } as const

/** One instrument that stays in view; a click shows its book and chart. */
export function Pin({ name }: { readonly name: Name }) {
  const root = useRef<HTMLButtonElement>(null)
  const ltp = useRef<HTMLSpanElement>(null)
  const change = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const release = wants.hold(name, 'Quote')
    const stop = prices.watch(name, price => draw(price, root.current, ltp.current, change.current))
    return () => {
      stop()
      release()
    }
  }, [name])
  return (
    <button
      ref={root}
      type="button"
      class="pin"
      title={pinWords(name, prices.find(name), serverTime.value, disagreements.words.value.get(name))}
      onClick={() => {
        selected.value = name
        place.value = 'depth'
      }}
    >
      <span class="pin-name">{partsOf(name).symbol}</span>
      <span ref={ltp} class="pin-ltp" />
      <span ref={change} class="pin-change" />
    </button>
  )
}

/** Straight into the page: prices never go through the component tree. */
function draw(price: Price, root: HTMLElement | null, ltp: HTMLElement | null, change: HTMLElement | null): void {
  if (!root || !ltp || !change) return
  const { name, fields } = price
  const decimals = decimalsOf(partsOf(name).exchange)
  const { change: by, change_percent: percent } = fields
  const way = by === undefined || by === 0 ? 'flat' : by > 0 ? 'up' : 'down'
  ltp.textContent = formatPrice(fields.ltp, decimals)
  change.textContent =
    by === undefined ? '' : `${ARROWS[way]} ${formatChange(by, decimals)} (${formatPercent(percent)})`
  root.dataset.way = way
  root.classList.toggle('stale', isDoubtful(price))
}
