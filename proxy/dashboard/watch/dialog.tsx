import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DialogOf {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** Over the page until it is closed; the browser keeps the focus in it and takes it back. */
export function Dialog({ title, onClose, children }: DialogOf) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="dialog watch-dialog" aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  )
}
