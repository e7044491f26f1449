import { useEffect } from 'preact/hooks'
import { feedFacts, marketFacts, now, polling, stream } from '../desk.ts'
import { isClosed, lineOf } from '../market.ts'
import { partsOf } from '../names.ts'
import { pillOf } from '../pill.ts'
import { pinned } from '../pins.ts'
import { showTab } from '../place.ts'

const PACE_MS = 10_000

/** How the prices on the page are, always in view. */
export function ConnectionPill() {
  useEffect(() => feedFacts.watch(PACE_MS), [])
  const market = marketFacts.value.value
  const [first = 'NSE:'] = pinned.value
  const line = market && lineOf(market, partsOf(first).exchange)
  const { word, detail, level } = pillOf({
    link: stream.link.value,
    polling: polling.state.value,
    feeds: feedFacts.value.value?.feeds,
    opensAt: line?.nextOpen,
    isClosed: isClosed(line),
    now: now.value,
  })
  const said = detail ? `${word} (${detail})` : word
  return (
    <>
      <button
        type="button"
        class="pill"
        data-level={level}
        title={`${said}: show the feeds`}
        onClick={() => showTab('feeds')}
      >
        <span class="unseen">Connection: </span>
        <span class="pill-dot" aria-hidden="true" />
        <span class="pill-word">{word}</span>
        {detail && <span class="pill-detail">{detail}</span>}
      </button>
      <span class="unseen" role="status">
        {`Connection: ${word}`}
      </span>
    </>
  )
}
