import { columns } from './choices.ts'
import { COLUMN_IDS, COLUMNS, type ColumnId, FIRST_COLUMNS } from './columns.ts'
import { Dialog } from './dialog.tsx'

/** Which columns there are, and in which order. */
export function ColumnDialog({ onClose }: { readonly onClose: () => void }) {
  const chosen = columns.value
  const others = COLUMN_IDS.filter(id => !chosen.includes(id))
  return (
    <Dialog title="Columns" onClose={onClose}>
      <ul class="choice">
        {[...chosen, ...others].map(id => (
          <Choice key={id} id={id} at={chosen.indexOf(id)} />
        ))}
      </ul>
      <div class="buttons">
        <button
          type="button"
          onClick={() => {
            columns.value = FIRST_COLUMNS
          }}
        >
          As at first
        </button>
      </div>
    </Dialog>
  )
}

function Choice({ id, at }: { readonly id: ColumnId; readonly at: number }) {
  const { title = id, words = '' } = COLUMNS.get(id) ?? {}
  const chosen = columns.value
  const isChosen = at >= 0
  return (
    <li>
      <label>
        <input
          type="checkbox"
          checked={isChosen}
          // One stays, or there is nothing to look at.
          disabled={isChosen && chosen.length === 1}
          onChange={() => {
            columns.value = isChosen ? chosen.filter(one => one !== id) : [...chosen, id]
          }}
        />
        <b>{title}</b> {words}
      </label>
      {isChosen && (
        <>
          <button type="button" aria-label={`${words}: to the left`} disabled={at === 0} onClick={() => shift(at, -1)}>
            ↑
          </button>
          <button
            type="button"
            aria-label={`${words}: to the right`}
            disabled={at === chosen.length - 1}
            onClick={() => shift(at, 1)}
          >
            ↓
          </button>
        </>
      )}
    </li>
  )
}

function shift(at: number, by: -1 | 1): void {
  const id = columns.value[at]
  if (id) columns.value = columns.value.toSpliced(at, 1).toSpliced(at + by, 0, id)
}
