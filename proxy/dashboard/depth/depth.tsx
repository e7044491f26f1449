import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { onLeave, polling, prices, selected, serverNow, stream, wants } from '../desk.ts'
import { type Name, partsOf } from '../names.ts'
import { dataLink } from '../pill.ts'
import { kept } from '../settings.ts'
import { decimalsOf, formatExpiry } from '../watch/format.ts'
import { Book } from './book.tsx'
import { expiryOf } from './expiry.ts'
import { FACTS, headline } from './facts.ts'
import { type Granted, grantedOf, onGranted } from './granted.ts'
import { DEPTHS, depthWords, isIndex, ladderOf, realDepth, rowsOf } from './ladder.ts'
import { levels } from './levels.ts'
import { shownOf } from './polled.ts'
import { NO_BOOK } from './polledbook.ts'
import { standingOf } from './standing.ts'
import { put } from './write.ts'
import './depth.css'

const isCumulative = kept('depth.cumulative', false, value => (typeof value === 'boolean' ? value : undefined))

/** Open interest as the page saw it first, of each instrument. */
const firstInterest = new Map<Name, number>()
prices.listen(({ name }, { data }) => {
  if (data.oi !== undefined && !firstInterest.has(name)) firstInterest.set(name, data.oi)
})
onLeave(() => firstInterest.clear())

/** The book of what is selected, and what else its source tells of the day. */
export function Depth() {
  const name = selected.value
  return (
    <section class="depth" aria-label="Depth">
      {name === undefined ? (
        <p class="empty">Choose an instrument in the market watch: its book, its day and its chart are shown here.</p>
      ) : (
        <Instrument key={name} name={name} />
      )}
    </section>
  )
}

function Instrument({ name }: { readonly name: Name }) {
  const { exchange, symbol } = partsOf(name)
  const asked = levels.value
  const hasBook = !isIndex(exchange)
  const panel = useRef<HTMLDivElement>(null)
  const answer = useSignal(grantedOf(name))
  const told = useSignal<number | undefined>(undefined)
  const depth = answer.value?.depth
  const canHaveBook = hasBook && depth !== 0

  useEffect(
    () =>
      onGranted(other => {
        if (other === name) answer.value = grantedOf(name)
      }),
    [name],
  )

  useEffect(
    () =>
      prices.watch(name, ({ fields }) => {
        told.value = rowsOf(asked, fields.depth_level)
      }),
    [name, asked],
  )

  // What is said of a price, and whether its book is one of now, depends on how prices come.
  useEffect(() => polling.state.subscribe(() => prices.touch(name)), [name])

  useEffect(() => wants.hold(name, hasBook ? 'Depth' : 'Quote', asked), [name, asked])

  return (
    <div ref={panel} class="instrument-depth">
      <Head name={name} symbol={symbol} exchange={exchange} panel={panel} />
      {hasBook && (
        <div class="tools">
          <fieldset class="levels" aria-label="Levels">
            {DEPTHS.map(one => (
              <button
                key={one}
                type="button"
                aria-pressed={one === asked}
                onClick={() => {
                  levels.value = one
                }}
              >
                {one}
              </button>
            ))}
          </fieldset>
          <Real name={name} asked={asked} granted={answer.value} />
          <label>
            <input
              type="checkbox"
              checked={isCumulative.value}
              onChange={event => {
                isCumulative.value = event.currentTarget.checked
              }}
            />
            Cumulative
          </label>
        </div>
      )}
      {canHaveBook ? (
        <Book name={name} levels={Math.min(asked, depth ?? told.value ?? asked)} isCumulative={isCumulative.value} />
      ) : (
        <p class="empty">
          {hasBook
            ? 'Its source gives no book of it.'
            : 'An index has no book: nobody trades the number itself. Its futures and options have one.'}
        </p>
      )}
      <Day name={name} />
    </div>
  )
}

interface HeadParts {
  readonly name: Name
  readonly symbol: string
  readonly exchange: string
  readonly panel: { readonly current: HTMLElement | null }
}

function Head({ name, symbol, exchange, panel }: HeadParts) {
  const price = useRef<HTMLElement>(null)
  const change = useRef<HTMLElement>(null)
  const state = useRef<HTMLElement>(null)
  const source = useRef<HTMLElement>(null)

  useEffect(
    () =>
      prices.watch(name, one => {
        const { price: text, change: by, rise } = headline(one.fields, exchange)
        put(price.current, text)
        put(change.current, by)
        const rises = rise > 0 ? 'up' : rise < 0 ? 'down' : ''
        if (change.current && change.current.className !== rises) change.current.className = rises
        const { word, why, isDim } = standingOf(one, dataLink(stream.link.peek(), polling.state.peek()))
        put(state.current, why ? `${word}: ${why}` : word)
        put(source.current, one.broker ?? '')
        panel.current?.classList.toggle('is-dim', isDim)
      }),
    [name],
  )

  return (
    <header>
      <h2>
        {symbol} <small>{exchange}</small>
      </h2>
      <strong class="last" ref={price} />
      <span ref={change} />
      <span class="state" ref={state} />
      <small class="source" ref={source} />
    </header>
  )
}

interface RealParts {
  readonly name: Name
  readonly asked: number
  readonly granted: Granted | undefined
}

/** How deep the book really is. */
function Real({ name, asked, granted }: RealParts) {
  const words = useRef<HTMLElement>(null)
  const { depth, refused } = granted ?? {}
  useEffect(
    () =>
      prices.watch(name, price => {
        const fields = shownOf(price)
        const shown = ladderOf(fields, asked, false)?.levels
        const isWithout = polling.state.peek() !== undefined && shown === undefined
        put(words.current, isWithout ? NO_BOOK : (refused ?? depthWords(asked, realDepth(depth, fields), shown)))
      }),
    [name, asked, depth, refused],
  )
  return <span class="real" ref={words} />
}

function Day({ name }: { readonly name: Name }) {
  const list = useRef<HTMLDListElement>(null)
  useEffect(() => {
    const decimals = decimalsOf(partsOf(name).exchange)
    return prices.watch(name, ({ fields }) => {
      const seen = { now: serverNow(), firstOi: firstInterest.get(name) }
      const values = list.current?.querySelectorAll('dd')
      for (const [nth, fact] of FACTS.entries()) put(values?.[nth], fact.write(fields, decimals, seen))
    })
  }, [name])
  const expiry = useSignal<string | undefined>(undefined)
  useEffect(() => {
    let isShown = true
    void expiryOf(name).then(found => {
      if (isShown) expiry.value = found
    })
    return () => {
      isShown = false
    }
  }, [name])
  return (
    <dl class="day" ref={list}>
      {FACTS.map(({ label, title }) => (
        <div key={label} title={title}>
          <dt>{label}</dt>
          <dd />
        </div>
      ))}
      {expiry.value !== undefined && (
        <div>
          <dt>Expiry</dt>
          <dd>{formatExpiry(expiry.value)}</dd>
        </div>
      )}
    </dl>
  )
}
