import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { shownCount } from './board.ts'
import { changeForm, filter, list, lists } from './choices.ts'
import { ColumnDialog } from './columndialog.tsx'
import { CHANGES } from './columns.ts'
import { Foot } from './foot.tsx'
import { shortcutOf } from './keys.ts'
import { ListDialog } from './listdialog.tsx'
import { Search } from './search.tsx'
import { Table } from './table.tsx'
import { Tabs } from './tabs.tsx'
import './watch.css'

const CHANGE_WORDS = { both: '± %', absolute: '±', percent: '%' } as const
const CHANGE_TITLES = {
  both: 'Change in rupees and in percent',
  absolute: 'Change in rupees',
  percent: 'Change in percent',
} as const

/** Lists of instruments and their prices. */
export function Watch() {
  const input = useRef<HTMLInputElement>(null)
  const open = useSignal<'list' | 'columns' | undefined>(undefined)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => onShortcut(event, input.current)
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const close = () => {
    open.value = undefined
  }
  const form = changeForm.value
  return (
    <section class="watch" aria-label="Market watch">
      <div class="bar">
        <Search input={input} />
        <input
          class="filter"
          type="search"
          aria-label="Filter this list"
          placeholder="Filter"
          value={filter.value}
          onInput={({ currentTarget }) => {
            filter.value = currentTarget.value
          }}
        />
        <button
          type="button"
          title={`${CHANGE_TITLES[form]}: switch`}
          aria-label={`${CHANGE_TITLES[form]}: switch`}
          onClick={() => {
            changeForm.value = CHANGES[(CHANGES.indexOf(form) + 1) % CHANGES.length] ?? 'both'
          }}
        >
          {CHANGE_WORDS[form]}
        </button>
        <button
          type="button"
          onClick={() => {
            open.value = 'columns'
          }}
        >
          Columns
        </button>
      </div>
      <Tabs
        onEdit={() => {
          open.value = 'list'
        }}
      />
      <Table />
      <Empty onSearch={() => input.current?.focus()} />
      <Foot />
      {open.value === 'list' && <ListDialog onClose={close} />}
      {open.value === 'columns' && <ColumnDialog onClose={close} />}
    </section>
  )
}

function onShortcut(event: KeyboardEvent, input: HTMLInputElement | null): void {
  const { target } = event
  const isWriting =
    target instanceof Element && target.closest('input, textarea, select, dialog, [contenteditable]') !== null
  const wish = shortcutOf(event, isWriting)
  const wanted = typeof wish === 'number' ? lists.value.lists[wish - 1] : undefined
  if (wanted) lists.value = { ...lists.value, current: wanted.id }
  else if (wish === 'search') input?.focus()
  else return
  event.preventDefault()
}

function Empty({ onSearch }: { readonly onSearch: () => void }) {
  const count = list.value?.names.length ?? 0
  if (count > 0 && shownCount.value > 0) return null
  return (
    <div class="empty">
      {count === 0 ? (
        <button type="button" onClick={onSearch}>
          This list is empty: search for an instrument to add (/)
        </button>
      ) : (
        <button
          type="button"
          onClick={() => {
            filter.value = ''
          }}
        >
          Nothing here matches “{filter.value}”: show all {count}
        </button>
      )}
    </div>
  )
}
