import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['/ or Ctrl K', 'search for an instrument'],
  ['↑ ↓', 'move in the list'],
  ['Enter', 'add what was found; show the row'],
  ['D', 'depth of the row'],
  ['C', 'chart of the row'],
  ['P', 'pin the row to the header'],
  ['Alt ↑ ↓', 'move the row within its list'],
  ['Delete', 'take the row out of the list'],
  ['1 to 7', 'list of that number'],
  ['1 3 5 …', 'timeframe, in the chart'],
  ['← →', 'move between tabs'],
  ['Esc', 'close what is open'],
  ['?', 'this help'],
]

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** `?` opens it from anywhere but a field. */
export function useHelpKey(dialog: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.key !== '?' || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return
      event.preventDefault()
      if (!document.querySelector('dialog[open]')) dialog.current?.showModal()
    }
    document.addEventListener('keydown', hear)
    return () => document.removeEventListener('keydown', hear)
  }, [dialog])
}

export function Help({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <table class="figures">
        <tbody>
          {KEYS.map(([keys, does]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
