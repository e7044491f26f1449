import { useEffect } from 'preact/hooks'
import { feedFacts, marketFacts, now, polling, stream, wants } from '../desk.ts'
import { closingOf } from '../market.ts'
import { partsOf } from '../names.ts'
import { pillOf } from '../pill.ts'
import { pinned } from '../pins.ts'
import { showTab } from '../place.ts'

const PACE_MS = 10_000

/** How the prices on the page are, always in view. */
export function ConnectionPill() {
  useEffect(() => feedFacts.watch(PACE_MS), [])
  const looked = [...wants.names(), ...pinned.value]
  const { word, detail, level } = pillOf({
    link: stream.link.value,
    polling: polling.state.value,
    feeds: feedFacts.value.value?.feeds,
    feedsAt: feedFacts.at.value,
    feedsTrouble: feedFacts.trouble.value,
    ...closingOf(
      marketFacts.value.value,
      looked.map(name => partsOf(name).exchange),
    ),
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
