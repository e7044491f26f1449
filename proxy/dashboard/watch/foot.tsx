import { useSignalEffect } from '@preact/signals'
import { clock, now, selected } from '../desk.ts'
import { isOrderHeld, offView, shownCount } from './board.ts'
import { filter, isNarrow, isTouch, list, notice, sort, undo, undos } from './choices.ts'
import { COLUMNS } from './columns.ts'
import { act } from './doings.ts'
import { ACTIONS } from './row.ts'
import { troubleWords } from './snapshots.ts'

/** How long a way back is offered. */
const UNDO_MS = 6000

/** How many there are, how they are ordered, what was just done; and what fingers can do to a row. */
export function Foot() {
  useSignalEffect(() => {
    if (!notice.value && undos.value.length === 0) return undefined
    return clock.after(UNDO_MS, () => {
      notice.value = ''
      undos.value = []
    })
  })
  const count = list.value?.names.length ?? 0
  return (
    <div class="foot">
      <span>
        {filter.value ? `${shownCount.value} of ` : ''}
        {count} {count === 1 ? 'instrument' : 'instruments'}
      </span>
      {sort.value && (
        <span>
          by {sort.value.by === 'name' ? 'symbol' : COLUMNS.get(sort.value.by)?.title}
          {isOrderHeld.value && ', held under the pointer'}
        </span>
      )}
      {offView.value && <span class="trouble">{troubleWords(offView.value, now.value)}</span>}
      <span role="status">{notice.value}</span>
      {undos.value.length > 0 && (
        <button type="button" onClick={undo}>
          Undo
        </button>
      )}
      {(isTouch.value || isNarrow.value) && <Doings />}
    </div>
  )
}

/** Of the row that is selected: fingers cannot hover over one. */
function Doings() {
  const name = selected.value
  if (name === undefined || !list.value?.names.includes(name)) return null
  return (
    <span class="doings">
      {ACTIONS.map(([action, , words]) => (
        <button key={action} type="button" aria-label={`${words}: ${name}`} onClick={() => act(name, action)}>
          {action === 'remove' ? '×' : words.split(' ')[0]}
        </button>
      ))}
    </span>
  )
}
