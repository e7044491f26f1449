import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { clock } from '../desk.ts'
import { milliOf } from '../ist.ts'
import { formatCount } from '../watch/format.ts'
import { type Frame, type Frames, pretty } from './frames.ts'

/** More than a person reads, and few enough to be drawn again several times a second. */
const SHOWN = 100
const REDRAW_MS = 250

const filter = signal('')

/** What went both ways, the newest first. */
export function Wire({ frames }: { readonly frames: Frames }) {
  const shown = useSignal<readonly Frame[]>([])
  const drawn = useSignal('')
  const isPaused = useSignal(false)

  const look = () => {
    const mark = `${frames.count} ${filter.value}`
    if (mark === drawn.value) return
    drawn.value = mark
    shown.value = frames.find(filter.value, SHOWN)
  }
  useEffect(
    () =>
      clock.every(REDRAW_MS, () => {
        if (!isPaused.value) look()
      }),
    [],
  )

  return (
    <div class="wire">
      <div class="row">
        <button
          type="button"
          aria-pressed={isPaused.value}
          onClick={() => {
            isPaused.value = !isPaused.value
          }}
        >
          Pause
        </button>
        <button
          type="button"
          onClick={() => {
            frames.clear()
            shown.value = []
            drawn.value = ''
          }}
        >
          Clear
        </button>
        <input
          type="search"
          aria-label="Filter frames"
          placeholder="Filter"
          value={filter.value}
          onInput={event => {
            filter.value = event.currentTarget.value
            look()
          }}
        />
        <span class="muted count">
          {drawn.value && `${formatCount(frames.count)} frames, ${formatCount(frames.bytes)} bytes`}
        </span>
      </div>
      <ol class="frames" aria-label="Frames, the newest first">
        {shown.value.map(frame => (
          <Row key={frame.id} frame={frame} />
        ))}
      </ol>
      {shown.value.length === 0 && <p class="empty">Nothing yet: connect, then subscribe.</p>}
    </div>
  )
}

function Row({ frame: { at, direction, text, bytes, isError } }: { readonly frame: Frame }) {
  const isOpen = useSignal(false)
  return (
    <li class={isError ? 'is-error' : undefined}>
      <details onToggle={event => (isOpen.value = event.currentTarget.open)}>
        <summary>
          <time>{milliOf(at)}</time>
          <span class={direction}>{direction === 'in' ? '← in' : '→ out'}</span>
          <span class="bytes">{formatCount(bytes)} B</span>
          {isError && <strong>refused</strong>}
          <code>{text.slice(0, 240)}</code>
        </summary>
        {isOpen.value && <pre>{pretty(text)}</pre>}
      </details>
    </li>
  )
}
