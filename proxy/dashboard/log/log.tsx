import { signal, useComputed, useSignal } from '@preact/signals'
import { copyText } from '../copy.ts'
import { clock, journal } from '../desk.ts'
import { milliOf } from '../ist.ts'
import type { Entry } from '../journal.ts'
import { save } from '../save.ts'
import { asLines, type Filter, filtered } from './filter.ts'
import './log.css'

const filter = signal<Filter>({ level: 'all', broker: '', text: '' })

const FILE = ['tickwire-log.jsonl', 'application/x-ndjson'] as const
const TOLD_MS = 4000

const LEVEL_WORDS: Readonly<Record<Entry['level'], string>> = { good: 'ok', news: 'info', warn: 'warn', bad: 'error' }
const ARROWS = { in: '←', out: '→' } as const

/** What happened since the page was opened, the newest on top; a pointer over it holds it still. */
export function Log() {
  const isPaused = useSignal(false)
  const isHovered = useSignal(false)
  const held = useSignal<{ readonly entries: readonly Entry[]; readonly begun: number } | undefined>(undefined)
  const told = useSignal('')
  const hold = () => {
    const { entries, begun } = journal
    const isHeld = isPaused.value || isHovered.value
    held.value = isHeld ? (held.value ?? { entries: entries.value, begun }) : undefined
  }
  const view = useComputed(() => filtered(held.value?.entries ?? journal.entries.value, filter.value))
  const brokers = useComputed(() => [...new Set(journal.entries.value.flatMap(({ broker }) => broker ?? []))].sort())
  const { shown, found } = view.value
  // Read, so that it is told of each new line.
  const { length } = journal.entries.value
  const waiting = held.value && length > 0 ? journal.begun - held.value.begun : 0
  const isHeld = held.value !== undefined
  const copy = async () => {
    const text = asLines(shown)
    const isCopied = await copyText(text)
    if (!isCopied) save(...FILE, text)
    told.value = isCopied ? 'Copied' : 'This browser lets no page copy here (no TLS): saved as a file'
    clock.after(TOLD_MS, () => {
      told.value = ''
    })
  }
  const set = (part: Partial<Filter>) => {
    filter.value = { ...filter.value, ...part }
  }
  return (
    <div class="log">
      <div class="row log-tools">
        <label>
          <span class="unseen">Level</span>
          <select
            value={filter.value.level}
            onChange={event => set({ level: event.currentTarget.value as Filter['level'] })}
          >
            <option value="all">all levels</option>
            <option value="warn">warn, error</option>
            <option value="bad">error</option>
          </select>
        </label>
        <label>
          <span class="unseen">Broker</span>
          <select value={filter.value.broker} onChange={event => set({ broker: event.currentTarget.value })}>
            <option value="">all brokers</option>
            {brokers.value.map(one => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="unseen">Text or symbol</span>
          <input
            type="search"
            placeholder="Text or symbol"
            value={filter.value.text}
            spellcheck={false}
            onInput={event => set({ text: event.currentTarget.value })}
          />
        </label>
        <button
          type="button"
          aria-pressed={isPaused.value}
          onClick={() => {
            isPaused.value = !isPaused.value
            hold()
          }}
        >
          {isPaused.value ? 'Go on' : 'Pause'}
        </button>
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" onClick={() => save(...FILE, asLines(journal.entries.value))}>
          Export
        </button>
        <span role="status">{told}</span>
        <span class="muted">
          {found <= shown.length ? `${found} lines` : `last ${shown.length} of ${found} lines`}
          {isHeld && `, held${waiting > 0 ? `: ${waiting} more` : ''}`}
        </span>
      </div>
      <ol
        class="log-lines"
        onMouseEnter={() => {
          isHovered.value = true
          hold()
        }}
        onMouseLeave={() => {
          isHovered.value = false
          hold()
        }}
      >
        {shown.map(entry => (
          <li key={`${entry.at} ${entry.name} ${entry.text}`} data-level={entry.level}>
            <time class="muted">{milliOf(entry.at)}</time>
            <span class="word log-level">{LEVEL_WORDS[entry.level]}</span>
            <span class="log-arrow" title={entry.direction}>
              {entry.direction && ARROWS[entry.direction]}
            </span>
            <span class="log-text">
              {entry.name && <strong>{entry.name} </strong>}
              {entry.text}
              {entry.count > 1 && <span class="log-count"> × {entry.count}</span>}
            </span>
          </li>
        ))}
      </ol>
      {shown.length === 0 && <p class="empty">Nothing of that kind has happened since the page was opened.</p>}
    </div>
  )
}
