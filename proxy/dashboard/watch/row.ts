import type { Cancel } from '../clock.ts'
import { type Name, partsOf } from '../names.ts'
import type { Price } from '../prices.ts'
import { type Column, decimalsFor, isDoubtful, noteOf } from './columns.ts'
import { exchangeTag } from './format.ts'
import { isWorthAsking } from './viewport.ts'
import type { Room } from './widths.ts'

/** What a row needs of the page. */
export interface Source {
  now(): number
  monotonic(): number
  watch(name: Name, look: (price: Price) => void): Cancel
  hold(name: Name): Cancel
  /** Hears every text that a column shows, and every symbol. */
  wrote(room: Room, text: string): void
}

/** How long a tint stays. */
export const FLASH_MS = 350

interface Cell {
  readonly column: Column
  readonly element: HTMLElement
  readonly text: Text
  shown: string
  tone: string
  /** Until when it is tinted, monotonic. */
  tintedUntil: number
  value: number | string | undefined
}

const element = (tag: string, className: string, role?: string): HTMLElement => {
  const one = document.createElement(tag)
  one.className = className
  if (role) one.setAttribute('role', role)
  return one
}

/** Beside its exchange, and what is wrong with it. */
export const SYMBOL: Room = { id: 'symbol', width: 140 }

/** The text of a button, the key that does the same, and what is said of it. */
export const ACTIONS = [
  ['depth', 'D', 'Depth'],
  ['chart', 'C', 'Chart'],
  ['pin', 'P', 'Pin to the header'],
  ['remove', '×', 'Remove from the list'],
] as const

/** One element of the pool. It shows one instrument after the other; only texts that differ are written. */
export class Row {
  readonly element = element('div', 'line', 'row')
  readonly #source: Source
  readonly #symbol = new Text()
  readonly #tag = new Text()
  readonly #note = new Text()
  readonly #name = element('div', 'name', 'rowheader')
  readonly #cells: readonly Cell[]
  #shown: Name | undefined
  #index = -1
  #decimals = 2
  #price: Price | undefined
  #state: string | undefined
  #isDoubtful = false
  #isActive: boolean | undefined
  #isFresh = true
  #unwatch: Cancel | undefined
  #unhold: Cancel | undefined
  #shownAt = 0

  constructor(source: Source, columns: readonly Column[], id: string) {
    this.#source = source
    this.element.id = id
    const grip = element('span', 'grip')
    grip.setAttribute('aria-hidden', 'true')
    const symbol = element('span', 'symbol')
    symbol.append(this.#symbol)
    const tag = element('span', 'tag')
    tag.append(this.#tag)
    const note = element('span', 'note')
    note.append(this.#note)
    this.#name.append(grip, symbol, tag, note)
    this.#cells = columns.map(column => {
      const cell = element('div', column.isText ? 'cell words' : 'cell', 'gridcell')
      const text = new Text()
      cell.append(text)
      return { column, element: cell, text, shown: '', tone: '', tintedUntil: 0, value: undefined }
    })
    this.element.append(this.#name, ...this.#cells.map(cell => cell.element), actions())
  }

  /** Stands at a place of the list and shows what is there; true: something else than before. */
  show(name: Name, index: number, rowHeight: number): boolean {
    if (index !== this.#index) {
      this.#index = index
      this.element.style.transform = `translateY(${index * rowHeight}px)`
      this.element.setAttribute('aria-rowindex', String(index + 2))
    }
    if (name === this.#shown) return false
    this.#release()
    this.#shown = name
    this.#isFresh = true
    this.#state = undefined
    const { exchange, symbol } = partsOf(name)
    this.#symbol.data = symbol
    this.#tag.data = exchangeTag(exchange)
    this.#source.wrote(SYMBOL, symbol)
    this.#decimals = decimalsFor(name)
    this.element.dataset.name = name
    this.#name.title = name
    this.#shownAt = this.#source.monotonic()
    this.#unwatch = this.#source.watch(name, price => this.#draw(price))
    return true
  }

  /** Has what it shows on the stream, once it is worth it. */
  hold(now: number, movedAt: number): void {
    if (this.#unhold || this.#shown === undefined || !isWorthAsking(this.#shownAt, movedAt, now)) return
    this.#unhold = this.#source.hold(this.#shown)
  }

  activate(isActive: boolean): void {
    if (isActive === this.#isActive) return
    this.#isActive = isActive
    this.element.setAttribute('aria-selected', String(isActive))
  }

  /** What the passing of time changes, and nothing else. */
  grow(): void {
    const price = this.#price
    if (!price) return
    const now = this.#source.now()
    for (const cell of this.#cells)
      if (cell.column.isAge) this.#write(cell, cell.column.text(price, now, this.#decimals))
    this.#mark(price, now)
  }

  /** Takes tints away whose time is over. */
  fade(now: number): void {
    for (const cell of this.#cells) {
      if (cell.tintedUntil === 0 || cell.tintedUntil > now) continue
      cell.tintedUntil = 0
      cell.element.classList.remove('up', 'down')
    }
  }

  close(): void {
    this.#release()
    this.element.remove()
  }

  #release(): void {
    this.#unwatch?.()
    this.#unhold?.()
    this.#unwatch = undefined
    this.#unhold = undefined
  }

  #draw(price: Price): void {
    const now = this.#source.now()
    const at = this.#source.monotonic()
    this.#price = price
    for (const cell of this.#cells) {
      const { column } = cell
      this.#write(cell, column.text(price, now, this.#decimals))
      if (column.flashes) this.#tint(cell, column.value(price), at)
      const toned = column.id === 'ltp' ? price.direction : column.tone?.(price)
      const tone = !toned ? '' : toned > 0 ? 'rise' : 'fall'
      if (tone !== cell.tone) {
        if (cell.tone) cell.element.classList.remove(cell.tone)
        if (tone) cell.element.classList.add(tone)
        cell.tone = tone
      }
    }
    this.#mark(price, now)
    this.#isFresh = false
  }

  #write(cell: Cell, text: string): void {
    if (text === cell.shown) return
    cell.shown = text
    cell.text.data = text
    this.#source.wrote(cell.column, text)
  }

  #tint(cell: Cell, value: Cell['value'], at: number): void {
    const before = cell.value
    cell.value = value
    // What another instrument showed here before is no change.
    if (this.#isFresh) {
      if (cell.tintedUntil > 0) cell.element.classList.remove('up', 'down')
      cell.tintedUntil = 0
      return
    }
    if (before === undefined || value === undefined || before === value) return
    const isUp = value > before
    cell.element.classList.toggle('up', isUp)
    cell.element.classList.toggle('down', !isUp)
    cell.tintedUntil = at + FLASH_MS
  }

  #mark(price: Price, now: number): void {
    const note = noteOf(price, now)
    if (this.#note.data !== note) this.#note.data = note
    const doubtful = isDoubtful(price)
    if (doubtful !== this.#isDoubtful) {
      this.#isDoubtful = doubtful
      this.element.classList.toggle('doubtful', doubtful)
    }
    const state = `${price.state ?? ''} ${price.reason ?? ''}`
    if (state === this.#state) return
    this.#state = state
    this.element.dataset.state = price.state ?? ''
    const why = price.reason ?? ''
    this.#name.title = why ? `${price.name}: ${why}` : price.name
    for (const { column, element: cell } of this.#cells) if (column.id === 'state') cell.title = why
  }
}

function actions(): HTMLElement {
  const all = element('div', 'actions', 'gridcell')
  for (const [action, text, words] of ACTIONS) {
    const button = document.createElement('button')
    button.type = 'button'
    // Keys do it on the row: four stops for the tabulator in each of forty rows help nobody.
    button.tabIndex = -1
    button.dataset.action = action
    button.textContent = text
    button.title = action === 'remove' ? `${words} (Delete)` : `${words} (${text})`
    button.setAttribute('aria-label', words)
    all.append(button)
  }
  return all
}
