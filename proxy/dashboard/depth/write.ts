import { formatCount, formatPrice, MISSING } from '../watch/format.ts'
import type { Ladder, Rung } from './ladder.ts'

/** Columns of a row of the book: bids read orders, quantity, price; asks mirror them. */
const BID = { orders: 0, quantity: 1, price: 2 } as const
const ASK = { price: 0, quantity: 1, orders: 2 } as const

/** A node whose text is what it was is not touched: that costs a layout. */
export function put(node: Element | null | undefined, text: string): void {
  if (node && node.textContent !== text) node.textContent = text
}

/** Writes one side into the rows that are there; those without a level are emptied. */
export function writeSide(
  body: HTMLTableSectionElement | null,
  side: 'buy' | 'sell',
  ladder: Ladder | undefined,
  decimals: number,
): void {
  const at = side === 'buy' ? BID : ASK
  for (const [nth, row] of [...(body?.rows ?? [])].entries()) {
    const rung: Rung | undefined = ladder?.[side][nth]
    put(row.cells[at.price], rung ? formatPrice(rung.price, decimals) : MISSING)
    put(row.cells[at.quantity], rung ? formatCount(rung.quantity) : MISSING)
    put(row.cells[at.orders], formatCount(rung?.orders))
    const share = `${((rung?.share ?? 0) * 100).toFixed(1)}%`
    if (row.style.getPropertyValue('--share') !== share) row.style.setProperty('--share', share)
  }
}
