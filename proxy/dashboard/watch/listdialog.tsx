import { useSignal } from '@preact/signals'
import { list, lists, say } from './choices.ts'
import { Dialog } from './dialog.tsx'
import { addList, type List, MOST_NAMES, moveList, putNames, removeList, renameList, restoreList } from './lists.ts'
import { type ReadText, readText, writeText } from './listtext.ts'

/** Everything that can be done to the list in view as a whole. */
export function ListDialog({ onClose }: { readonly onClose: () => void }) {
  const now = list.value
  if (!now) return null
  return (
    <Dialog title={`List ${now.title}`} onClose={onClose}>
      <label>
        Name
        <input
          type="text"
          maxLength={40}
          value={now.title}
          onChange={({ currentTarget }) => {
            lists.value = renameList(lists.value, now.id, currentTarget.value)
          }}
        />
      </label>
      <div class="buttons">
        <Mover now={now} by={-1} words="Move left" />
        <Mover now={now} by={1} words="Move right" />
        <button type="button" disabled={lists.value.lists.length === 1} onClick={() => remove(now)}>
          Delete list
        </button>
      </div>
      {/* Another list starts with its own text. */}
      <Transfer key={now.id} now={now} />
    </Dialog>
  )
}

function Mover({ now, by, words }: { readonly now: List; readonly by: -1 | 1; readonly words: string }) {
  const moved = moveList(lists.value, now.id, by)
  return (
    <button
      type="button"
      disabled={moved === lists.value}
      onClick={() => {
        lists.value = moved
      }}
    >
      {words}
    </button>
  )
}

function remove(gone: List): void {
  const at = lists.value.lists.indexOf(gone)
  lists.value = removeList(lists.value, gone.id)
  say(`List ${gone.title} deleted`, () => {
    lists.value = restoreList(lists.value, gone, at)
    return `List ${gone.title} is back`
  })
}

function Transfer({ now }: { readonly now: List }) {
  const text = useSignal(writeText(now.names))
  const read = readText(text.value)
  const file = `${now.title.replace(/[^\w-]+/g, '-')}.txt`
  return (
    <>
      <label>
        Instruments, one EXCHANGE:SYMBOL on a line
        <textarea
          rows={12}
          spellcheck={false}
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value
          }}
        />
      </label>
      <p role="status">{verdictOf(read)}</p>
      <div class="buttons">
        <button
          type="button"
          onClick={() => {
            lists.value = putNames(lists.value, now.id, read.names)
            say(`${now.title} has ${read.names.length} instruments now`)
          }}
        >
          Replace this list
        </button>
        <button
          type="button"
          onClick={() => {
            lists.value = addList(lists.value, `${now.title} 2`, read.names)
          }}
        >
          As a new list
        </button>
        <a
          class="button"
          download={file}
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(writeText(now.names))}`}
        >
          Save as a file
        </a>
      </div>
    </>
  )
}

const SHOWN_LINES = 5

function verdictOf({ names, wrong, tooMany }: ReadText): string {
  const lines = wrong.slice(0, SHOWN_LINES).map(({ line, text }) => `line ${line}: ${text}`)
  const more = wrong.length > SHOWN_LINES ? ` and ${wrong.length - SHOWN_LINES} more` : ''
  return [
    `${names.length} instruments.`,
    wrong.length > 0 && `Not understood: ${lines.join('; ')}${more}.`,
    tooMany > 0 && `${tooMany} are left out: a list holds ${MOST_NAMES}.`,
  ]
    .filter(Boolean)
    .join(' ')
}
