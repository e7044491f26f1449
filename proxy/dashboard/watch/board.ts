import { effect, signal } from '@preact/signals'
import type { Cancel } from '../clock.ts'
import { clock, prices, selected, serverNow, wants } from '../desk.ts'
import type { Name } from '../names.ts'
import { density } from '../settings.ts'
import { isShown } from '../visibility.ts'
import { fetchSnapshots, unheldNames } from './calls.ts'
import { filter, isTouch, list, shown, sort } from './choices.ts'
import { act, moveBy, moveTo } from './doings.ts'
import { dragRows } from './drag.ts'
import { Grid } from './grid.ts'
import { type Command, commandOf, placeAfter } from './keys.ts'
import { ordered } from './order.ts'
import { Snapshots, type Trouble } from './snapshots.ts'
import { isSameOrder } from './sorting.ts'
import { Widths } from './widths.ts'

/** An order that follows prices is looked at anew so often. */
const REORDER_MS = 1000
/** Who runs through the list with a key held down opens no book and no chart on the way. */
const SETTLE_MS = 120
const ROW_HEIGHT = { dense: 26, comfortable: 34, touch: 44 } as const

const pencil = document.createElement('canvas').getContext('2d')
const widths = new Widths(clock, (text, id) => {
  const rows = document.querySelector('#watch-grid')
  if (!pencil || !rows) return 0
  // Not all browsers have a word for the whole of it.
  const { fontSize, fontFamily } = getComputedStyle(rows)
  pencil.font = `${id === 'symbol' ? '600 ' : ''}${fontSize} ${fontFamily}`
  return pencil.measureText(text).width
})
/** Columns that need more than their own width, in pixels. */
export const { grown } = widths

const source = {
  now: serverNow,
  monotonic: () => clock.monotonic(),
  watch: (name: Name, look: Parameters<typeof prices.watch>[1]) => prices.watch(name, look),
  hold: (name: Name) => wants.hold(name, 'Quote'),
  wrote: (...written: Parameters<Widths['take']>) => widths.take(...written),
}

export const rowHeight = (): number => (isTouch.value ? ROW_HEIGHT.touch : ROW_HEIGHT[density.value])
/** The order would be another one, and waits for the pointer to leave the rows. */
export const isOrderHeld = signal(false)
/** Rows that the filter leaves. */
export const shownCount = signal(0)

/** Rows that nobody sees get no prices. */
export const offView = signal<Trouble | undefined>(undefined)

/** The list in view: which rows in which order, which of them keys act on, and what is done to them. */
export class Board {
  readonly #grid: Grid
  readonly #stops: Cancel[]
  #isPointed = false
  #settling: Cancel | undefined

  constructor(scroller: HTMLElement, body: HTMLElement) {
    const grid = new Grid(scroller, body, clock, source)
    this.#grid = grid
    const snapshots = new Snapshots(clock, unheldNames, fetchSnapshots, trouble => {
      offView.value = trouble
    })
    this.#stops = [
      () => snapshots.close(),
      effect(() => {
        const shape = { columns: shown.value, rowHeight: rowHeight() }
        widths.begin()
        grid.shape(shape)
      }),
      effect(() => this.#arrange(list.value?.names ?? [], filter.value, sort.value)),
      effect(() => {
        // Another list, or somebody looks again: what is out of view is as old as the last look.
        if (list.value?.id !== undefined && isShown.value) snapshots.now()
      }),
      effect(() => this.#follow(selected.value)),
      clock.every(REORDER_MS, () => this.#rearrange()),
      listen(scroller, 'keydown', event => this.#onKey(event)),
      listen(body, 'click', event => this.#onClick(event)),
      listen(body, 'pointerenter', ({ pointerType }) => this.#point(pointerType === 'mouse')),
      listen(body, 'pointerleave', () => this.#point(false)),
      dragRows({
        scroller,
        body,
        rowHeight: () => grid.rowHeight,
        count: () => grid.names.length,
        mayDrag: () => !sort.value && !filter.value,
        drop: moveTo,
      }),
    ]
  }

  close(): void {
    this.#settling?.()
    for (const stop of this.#stops) stop()
    this.#grid.close()
  }

  /** While a mouse is over the rows, none of them goes from under it. */
  #point(isPointed: boolean): void {
    this.#isPointed = isPointed
    if (!isPointed) this.#rearrange()
  }

  #onKey(event: KeyboardEvent): void {
    // Buttons in the heading have keys of their own.
    if (event.target instanceof HTMLButtonElement && event.key === 'Enter') return
    const command = commandOf(event)
    if (!command) return
    event.preventDefault()
    const { active } = this.#grid
    if (command.kind === 'go') {
      const at = active === undefined ? -1 : this.#grid.names.indexOf(active)
      this.#go(this.#grid.names[placeAfter(command.by, at, this.#grid.names.length, this.#grid.page)])
    } else if (active !== undefined) this.#act(active, command)
  }

  #onClick({ target }: Event): void {
    if (!(target instanceof Element)) return
    const name = target.closest<HTMLElement>('.line')?.dataset.name
    if (name === undefined) return
    const action = target.closest<HTMLElement>('[data-action]')?.dataset.action
    if (action === 'depth' || action === 'chart' || action === 'pin' || action === 'remove')
      this.#act(name, { kind: action })
    else this.#take(name)
  }

  #act(name: Name, command: Exclude<Command, { kind: 'go' }>): void {
    this.#settling?.()
    if (command.kind === 'remove') this.#remove(name)
    else if (command.kind === 'move') moveBy(name, command.by)
    else if (command.kind === 'take') this.#take(name)
    else act(name, command.kind)
  }

  /** The one beside it is next, so that several can go one after the other. */
  #remove(name: Name): void {
    const { names } = this.#grid
    const at = names.indexOf(name)
    const next = names[at + 1] ?? names[at - 1]
    act(name, 'remove')
    if (name === this.#grid.active) this.#go(next)
  }

  #go(name: Name | undefined): void {
    this.#grid.activate(name, true)
    this.#settling?.()
    this.#settling = name === undefined ? undefined : clock.after(SETTLE_MS, () => this.#take(name))
  }

  #take(name: Name): void {
    this.#settling?.()
    selected.value = name
  }

  #follow(name: Name | undefined): void {
    if (name !== undefined) this.#grid.activate(name, true)
  }

  #arrange(names: readonly Name[], sieve: string, order: typeof sort.value): void {
    const next = ordered({ names, filter: sieve, sort: order }, name => prices.find(name))
    isOrderHeld.value = false
    shownCount.value = next.length
    this.#grid.show(next)
    // Somebody new sees the book and the chart of something that has a book.
    selected.value ??= next.find(name => !name.includes('_INDEX:')) ?? next[0]
  }

  #rearrange(): void {
    if (!sort.value) return
    const wish = { names: list.value?.names ?? [], filter: filter.value, sort: sort.value }
    const next = ordered(wish, name => prices.find(name))
    const isSame = isSameOrder(next, this.#grid.names)
    isOrderHeld.value = this.#isPointed && !isSame
    if (!isSame && !this.#isPointed) this.#grid.show(next)
  }
}

function listen<Type extends keyof HTMLElementEventMap>(
  element: HTMLElement,
  type: Type,
  act: (event: HTMLElementEventMap[Type]) => void,
): Cancel {
  element.addEventListener(type, act)
  return () => element.removeEventListener(type, act)
}
