import { list, lists } from './choices.ts'
import { addList } from './lists.ts'

/** The lists, of which the first seven have a key of their own. */
export function Tabs({ onEdit }: { readonly onEdit: () => void }) {
  return (
    <div class="lists">
      <div role="tablist" aria-label="Lists">
        {lists.value.lists.map(({ id, title }, nth) => {
          const isCurrent = id === list.value?.id
          return (
            <button
              key={id}
              type="button"
              role="tab"
              aria-selected={isCurrent}
              aria-controls="watch-grid"
              aria-keyshortcuts={nth < 7 ? String(nth + 1) : undefined}
              title={nth < 7 ? `${title} (key ${nth + 1})` : title}
              onClick={() => {
                lists.value = { ...lists.value, current: id }
              }}
              onDblClick={onEdit}
            >
              {nth < 7 && <span class="number">{nth + 1}</span>}
              {title}
            </button>
          )
        })}
      </div>
      <button
        type="button"
        title="New list"
        aria-label="New list"
        onClick={() => {
          lists.value = addList(lists.value, '')
        }}
      >
        +
      </button>
      <button type="button" title="Rename, move, delete, import, export" onClick={onEdit}>
        Edit
      </button>
    </div>
  )
}
