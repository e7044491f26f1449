import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { prices } from '../desk.ts'
import { type Name, partsOf } from '../names.ts'
import { decimalsOf, formatCount, formatPrice, MISSING } from '../watch/format.ts'
import { ladderOf } from './ladder.ts'
import { shownOf } from './polled.ts'
import { put, writeSide } from './write.ts'

interface Shown {
  readonly name: Name
  readonly levels: number
  readonly isCumulative: boolean
}

/** The book of one instrument: rows that stay, and what is written into them before a picture is drawn. */
export function Book({ name, levels, isCumulative }: Shown) {
  const book = useRef<HTMLElement>(null)
  const bids = useRef<HTMLTableSectionElement>(null)
  const asks = useRef<HTMLTableSectionElement>(null)
  const sums = useRef<HTMLDListElement>(null)

  useEffect(() => {
    const decimals = decimalsOf(partsOf(name).exchange)
    return prices.watch(name, price => {
      book.current?.classList.toggle('is-old', price.isBookStale)
      const fields = shownOf(price)
      const ladder = ladderOf(fields, levels, isCumulative)
      writeSide(bids.current, 'buy', ladder, decimals)
      writeSide(asks.current, 'sell', ladder, decimals)
      const values = sums.current?.querySelectorAll('dd')
      const { spread, spreadPercent } = ladder ?? {}
      const inPercent = spreadPercent === undefined ? '' : ` (${formatPrice(spreadPercent, 3)}%)`
      const texts = [
        formatCount(ladder?.shownBuy),
        formatCount(fields.total_buy_quantity),
        spread === undefined ? MISSING : formatPrice(spread, decimals) + inPercent,
        formatCount(fields.total_sell_quantity),
        formatCount(ladder?.shownSell),
      ]
      for (const [nth, text] of texts.entries()) put(values?.[nth], text)
    })
  }, [name, levels, isCumulative])

  const quantity = isCumulative ? 'Cum. qty' : 'Qty'
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section ref={book} class="book" tabIndex={0} aria-label="Book">
        <Side side="bids" heads={['Orders', quantity, 'Bid']} levels={levels} body={bids} />
        <Side side="asks" heads={['Ask', quantity, 'Orders']} levels={levels} body={asks} />
      </section>
      <dl class="sums" ref={sums}>
        <div title="Sum of the bids shown above">
          <dt>Bids shown</dt>
          <dd />
        </div>
        <div title="All bids, as the source tells">
          <dt>All bids</dt>
          <dd />
        </div>
        <div class="spread">
          <dt>Spread</dt>
          <dd />
        </div>
        <div title="All asks, as the source tells">
          <dt>All asks</dt>
          <dd />
        </div>
        <div title="Sum of the asks shown above">
          <dt>Asks shown</dt>
          <dd />
        </div>
      </dl>
    </>
  )
}

interface SideProps {
  readonly side: 'bids' | 'asks'
  readonly heads: readonly string[]
  readonly levels: number
  readonly body: RefObject<HTMLTableSectionElement | null>
}

/** Empty rows, which are written to as prices come. */
function Side({ side, heads, levels, body }: SideProps) {
  return (
    <table class={side}>
      <caption>{side === 'bids' ? 'Bids' : 'Asks'}</caption>
      <thead>
        <tr>
          {heads.map(head => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {Array.from({ length: levels }, (_, row) => (
          <tr key={row}>
            {heads.map(head => (
              <td key={head} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
