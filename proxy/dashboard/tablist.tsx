interface TabListProps<T extends string> {
  readonly label: string
  /** What the ids of the tabs begin with. */
  readonly id: string
  /** Id of the panel. */
  readonly controls: string
  readonly tabs: readonly T[]
  readonly words: Readonly<Record<T, string>>
  readonly shown: T
  readonly onShow: (tab: T) => void
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 }

/** Tabs as the keyboard knows them: one stop, arrows within. */
export function TabList<T extends string>({ label, id, controls, tabs, words, shown, onShow }: TabListProps<T>) {
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? tabs.length - 1 : undefined
    if (step === undefined && to === undefined) return
    event.preventDefault()
    const at = to ?? (tabs.indexOf(shown) + (step ?? 0) + tabs.length) % tabs.length
    const next = tabs[at]
    if (next === undefined) return
    onShow(next)
    document.getElementById(`${id}-${next}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(one => (
        <button
          key={one}
          type="button"
          role="tab"
          id={`${id}-${one}`}
          aria-selected={one === shown}
          aria-controls={controls}
          tabIndex={one === shown ? 0 : -1}
          onClick={() => onShow(one)}
        >
          {words[one]}
        </button>
      ))}
    </div>
  )
}
