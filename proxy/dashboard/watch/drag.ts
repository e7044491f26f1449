import type { Cancel } from '../clock.ts'
import { gapAt } from './viewport.ts'

export interface Dragging {
  readonly scroller: HTMLElement
  readonly body: HTMLElement
  readonly rowHeight: () => number
  readonly count: () => number
  /** False where the order is not somebody's own. */
  readonly mayDrag: () => boolean
  readonly drop: (name: string, to: number) => void
}

/** Near the edge the list goes on under the pointer. */
const EDGE = 30

/** Rows are moved by their grip, with a mouse or a finger alike. */
export function dragRows({ scroller, body, rowHeight, count, mayDrag, drop }: Dragging): Cancel {
  const line = document.createElement('div')
  line.className = 'drop'
  line.setAttribute('aria-hidden', 'true')
  const onDown = (down: PointerEvent) => {
    const grip = down.target instanceof Element ? down.target.closest('.grip') : null
    const name = grip?.closest<HTMLElement>('.line')?.dataset.name
    if (!grip || name === undefined || down.button !== 0 || !mayDrag()) return
    down.preventDefault()
    let to: number | undefined
    // Of the scroller, not the grip: the row under the pointer may come to show something else.
    scroller.setPointerCapture(down.pointerId)
    const onMove = ({ clientY }: PointerEvent) => {
      const edges = scroller.getBoundingClientRect()
      if (clientY < edges.top + EDGE + rowHeight()) scroller.scrollTop -= rowHeight() / 2
      else if (clientY > edges.bottom - EDGE) scroller.scrollTop += rowHeight() / 2
      to = gapAt(clientY - body.getBoundingClientRect().top, rowHeight(), count())
      line.style.transform = `translateY(${to * rowHeight()}px)`
      if (!line.isConnected) scroller.append(line)
    }
    const end = ({ type }: PointerEvent) => {
      scroller.removeEventListener('pointermove', onMove)
      scroller.removeEventListener('pointerup', end)
      scroller.removeEventListener('pointercancel', end)
      line.remove()
      if (type === 'pointerup' && to !== undefined) drop(name, to)
    }
    scroller.addEventListener('pointermove', onMove)
    scroller.addEventListener('pointerup', end)
    scroller.addEventListener('pointercancel', end)
  }
  body.addEventListener('pointerdown', onDown)
  return () => body.removeEventListener('pointerdown', onDown)
}
