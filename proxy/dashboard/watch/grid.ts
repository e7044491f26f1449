import type { Cancel, PageClock } from '../clock.ts'
import type { Name } from '../names.ts'
import type { Column } from './columns.ts'
import { FLASH_MS, Row, type Source } from './row.ts'
import { extentOf, poolSize, scrollTo } from './viewport.ts'

/** Seen while a finger throws the list: rows are there before they are needed. */
const MARGIN = 8
const SECOND_MS = 1000
/** Rows are looked through for those that have come to stay. */
const HOLD_MS = 100

export interface Shape {
  readonly columns: readonly Column[]
  /** Pixels. */
  readonly rowHeight: number
}

/**
 * The rows of a list, of which those exist that are seen. Each element of the pool shows whatever stands at its place;
 * a row that stays in view keeps its element while the list moves under it.
 */
export class Grid {
  readonly #scroller: HTMLElement
  readonly #body: HTMLElement
  readonly #clock: PageClock
  readonly #source: Source
  readonly #stops: Cancel[] = []
  #rows: Row[] = []
  #names: readonly Name[] = []
  #shape: Shape = { columns: [], rowHeight: 26 }
  /** Of the scroller, pixels. */
  #outer = 0
  #active: Name | undefined
  #isPlanned = false
  /** When rows last came into view, monotonic. */
  #movedAt = Number.NEGATIVE_INFINITY

  constructor(scroller: HTMLElement, body: HTMLElement, clock: PageClock, source: Source) {
    this.#scroller = scroller
    this.#body = body
    this.#clock = clock
    this.#source = source
    const onScroll = () => this.#plan()
    scroller.addEventListener('scroll', onScroll, { passive: true })
    this.#stops.push(() => scroller.removeEventListener('scroll', onScroll))
    const sizes = new ResizeObserver(([entry]) => {
      this.#outer = entry?.contentRect.height ?? 0
      this.#fill()
    })
    sizes.observe(scroller)
    this.#stops.push(() => sizes.disconnect())
    this.#stops.push(clock.every(SECOND_MS, () => this.#grow()))
    this.#stops.push(clock.every(FLASH_MS / 2, () => this.#fade()))
    this.#stops.push(clock.every(HOLD_MS, () => this.#hold()))
  }

  get names(): readonly Name[] {
    return this.#names
  }

  get rowHeight(): number {
    return this.#shape.rowHeight
  }

  /** The heading stands in the same scroller and takes one row of what is seen. */
  get #height(): number {
    return Math.max(0, this.#outer - this.#shape.rowHeight)
  }

  shape(shape: Shape): void {
    this.#shape = shape
    for (const row of this.#rows) row.close()
    this.#rows = []
    this.#body.style.height = `${this.#names.length * shape.rowHeight}px`
    this.#fill()
  }

  show(names: readonly Name[]): void {
    this.#names = names
    this.#body.style.height = `${names.length * this.#shape.rowHeight}px`
    this.#fill()
  }

  get active(): Name | undefined {
    return this.#active
  }

  /** The row that keys act on; `isSeen`: it is brought into view. */
  activate(name: Name | undefined, isSeen: boolean): void {
    this.#active = name
    const index = name === undefined ? -1 : this.#names.indexOf(name)
    // Before the page is laid out, nothing is out of view.
    if (index >= 0 && isSeen && this.#height > 0) {
      const { rowHeight } = this.#shape
      const top = scrollTo(index, { top: this.#scroller.scrollTop, height: this.#height, rowHeight })
      if (top !== undefined) this.#scroller.scrollTop = top
    }
    this.#place()
  }

  /** Rows that one press of PageDown goes on. */
  get page(): number {
    return Math.max(1, Math.floor(this.#height / this.#shape.rowHeight) - 1)
  }

  close(): void {
    for (const stop of this.#stops) stop()
    for (const row of this.#rows) row.close()
    this.#rows = []
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    this.#clock.frame(() => {
      this.#isPlanned = false
      this.#place()
    })
  }

  /** Makes the pool as large as what can be seen. */
  #fill(): void {
    const { rowHeight, columns } = this.#shape
    if (columns.length === 0) return
    const size = Math.min(poolSize({ height: this.#height, rowHeight, margin: MARGIN }), this.#names.length)
    while (this.#rows.length > size) this.#rows.pop()?.close()
    while (this.#rows.length < size) {
      const row = new Row(this.#source, columns, `watch-row-${this.#rows.length}`)
      this.#rows.push(row)
      this.#body.append(row.element)
    }
    this.#place()
  }

  /** Everybody to his place; only who shows something else than before is touched. */
  #place(): void {
    const size = this.#rows.length
    const { rowHeight } = this.#shape
    const view = { top: this.#scroller.scrollTop, height: this.#height, rowHeight, margin: MARGIN }
    const extent = extentOf({ ...view, count: this.#names.length })
    // At the end of the list fewer are needed; none may stand where the list no longer is.
    const first = Math.min(extent.first, this.#names.length - size)
    let active = ''
    for (let index = first; index < first + size; index++) {
      const row = this.#rows[index % size]
      const name = this.#names[index]
      if (!row || name === undefined) continue
      if (row.show(name, index, rowHeight)) this.#movedAt = this.#clock.monotonic()
      row.activate(name === this.#active)
      if (name === this.#active) active = row.element.id
    }
    if (this.#scroller.getAttribute('aria-activedescendant') !== active)
      this.#scroller.setAttribute('aria-activedescendant', active)
  }

  #hold(): void {
    // On a busy machine the list has moved, and its rows do not know yet.
    if (this.#isPlanned) return
    const now = this.#clock.monotonic()
    for (const row of this.#rows) row.hold(now, this.#movedAt)
  }

  #grow(): void {
    for (const row of this.#rows) row.grow()
  }

  #fade(): void {
    const now = this.#clock.monotonic()
    for (const row of this.#rows) row.fade(now)
  }
}
