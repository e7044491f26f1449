// biome-ignore-all lint/a11y/useSemanticElements: a list of thousands of rows of which forty exist is no table
import { useEffect, useRef } from 'preact/hooks'
import { Board, grown, rowHeight } from './board.ts'
import { list, shown } from './choices.ts'
import { Head } from './head.tsx'
import { SYMBOL } from './row.ts'
import './grid.css'

const NAME_WIDTH = 148

/** The list in view. Its rows are written by `Grid`; this draws the frame around them. */
export function Table() {
  const scroller = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const board = useRef<Board>(undefined)

  useEffect(() => {
    if (!scroller.current || !body.current) return
    const made = new Board(scroller.current, body.current)
    board.current = made
    return () => made.close()
  }, [])

  const nameWidth = grown.value.get('symbol') ?? (shown.value.length > 3 ? NAME_WIDTH : SYMBOL.width)
  const widths = shown.value.map(({ id, width }) => grown.value.get(id) ?? width)
  const least = nameWidth + widths.reduce((sum, width) => sum + width, 0)
  const style = {
    '--row': `${rowHeight()}px`,
    '--tracks': `minmax(${nameWidth}px, 1.6fr) ${widths.map(width => `minmax(${width}px, 1fr)`).join(' ')}`,
    '--least': `${least}px`,
  }

  // Names that stay while the list goes sideways cost every picture of one that moves: only where it can.
  useEffect(() => {
    const { current } = scroller
    if (!current) return
    const sizes = new ResizeObserver(() => current.toggleAttribute('data-wide', least > current.clientWidth))
    sizes.observe(current)
    return () => sizes.disconnect()
  }, [least])

  return (
    <div
      ref={scroller}
      class="grid"
      style={style}
      id="watch-grid"
      role="grid"
      aria-label={list.value?.title ?? 'Instruments'}
      aria-rowcount={(list.value?.names.length ?? 0) + 1}
      tabIndex={0}
    >
      <Head />
      <div ref={body} class="rows prices" role="rowgroup" />
    </div>
  )
}
