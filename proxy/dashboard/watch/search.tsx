import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { clock, selected } from '../desk.ts'
import { nameOf } from '../names.ts'
import { findInstruments } from './calls.ts'
import { addName, list, say } from './choices.ts'
import { detailOf, Finder, type Findings, type Found } from './finder.ts'
import { exchangeTag } from './format.ts'
import { MOST_NAMES } from './lists.ts'

const EXAMPLES = 'RELIANCE · NIFTY 24800 CE · banknifty fut · infy bse'

/** Finds instruments and adds them to the list in view. */
export function Search({ input }: { readonly input: RefObject<HTMLInputElement | null> }) {
  const text = useSignal('')
  const findings = useSignal<Findings>({ phase: 'idle' })
  const isOpen = useSignal(false)
  const at = useSignal(0)
  const finder = useRef<Finder>(undefined)

  useEffect(() => {
    const made = new Finder(clock, findInstruments, news => {
      findings.value = news
      if (news.phase !== 'found') return
      at.value = 0
      const [first] = news.found
      if (news.isWished && first) take(first)
    })
    finder.current = made
    return () => made.close()
  }, [])

  const found = 'found' in findings.value ? findings.value.found : []
  const isShown = isOpen.value && findings.value.phase !== 'idle'
  const options = isShown && found.length > 0

  const type = (words: string) => {
    text.value = words
    isOpen.value = true
    finder.current?.type(words)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event
    if (key === 'Escape') {
      // Once for the results, once more for the box.
      if (isShown) isOpen.value = false
      else input.current?.blur()
      type(isShown ? text.value : '')
      isOpen.value = false
    } else if (key === 'ArrowDown' || key === 'ArrowUp') {
      isOpen.value = true
      const step = key === 'ArrowDown' ? 1 : -1
      if (found.length > 0) at.value = (at.value + step + found.length) % found.length
    } else if (key === 'Enter') {
      const one = found[at.value]
      if (findings.value.phase === 'asking') finder.current?.wish()
      else if (one && findings.value.phase === 'found') take(one)
    } else return
    event.preventDefault()
  }
  const take = (one: Found) => {
    add(one)
    type('')
  }

  return (
    <div class="search">
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Add an instrument"
        aria-expanded={options}
        aria-controls="search-results"
        aria-autocomplete="list"
        aria-activedescendant={options ? `found-${at.value}` : undefined}
        placeholder="Search and add   /"
        title={`${EXAMPLES}   (/ or Ctrl-K)`}
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={({ currentTarget }) => type(currentTarget.value)}
        onKeyDown={onKeyDown}
        onFocus={() => {
          isOpen.value = true
        }}
        onBlur={() => {
          isOpen.value = false
        }}
      />
      <div class="results" hidden={!isShown} onPointerDown={event => event.preventDefault()}>
        <div id="search-results" role="listbox" aria-label="Instruments found">
          {found.map((one, nth) => (
            <Result key={nameOf(one)} one={one} nth={nth} isAt={nth === at.value} onTake={() => take(one)} />
          ))}
        </div>
        <Answer findings={findings.value} />
      </div>
    </div>
  )
}

interface ResultOf {
  readonly one: Found
  readonly nth: number
  readonly isAt: boolean
  readonly onTake: () => void
}

function Result({ one, nth, isAt, onTake }: ResultOf) {
  const option = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isAt) option.current?.scrollIntoView({ block: 'nearest' })
  }, [isAt])
  const isThere = list.value?.names.includes(nameOf(one)) === true
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are pressed in the box, which names the one that is meant
    <div
      ref={option}
      id={`found-${nth}`}
      class="result"
      role="option"
      tabIndex={-1}
      aria-selected={isAt}
      onClick={onTake}
    >
      <span class="symbol">{one.symbol}</span>
      <span class="tag">{exchangeTag(one.exchange)}</span>
      <span class="detail">{detailOf(one)}</span>
      <span class="there">{isThere ? 'in the list' : isAt ? 'Enter adds' : ''}</span>
    </div>
  )
}

function Answer({ findings }: { readonly findings: Findings }) {
  if (findings.phase === 'failed') return <p role="status">The search did not work: {findings.why}</p>
  if (findings.phase !== 'found' || findings.found.length > 0) return null
  return (
    <p role="status">
      Nothing is called “{findings.text}”. Try {EXAMPLES}
    </p>
  )
}

function add(found: Found): void {
  const name = nameOf(found)
  const title = list.value?.title ?? 'the list'
  const isThere = list.value?.names.includes(name) === true
  const isAdded = addName(name)
  const failed = isThere ? `${name} is in ${title} already` : `${title} is full: ${MOST_NAMES} instruments`
  say(isAdded ? `${name} added to ${title}` : failed)
  if (isAdded || isThere) selected.value = name
}
