import { feedFacts } from '../desk.ts'
import { ribbonsOf } from '../pill.ts'
import type { Label } from '../protocol.ts'

/** What has to be said of the prices themselves, above all of them. */
export function Ribbon() {
  const feeds = feedFacts.value.value?.feeds ?? []
  const namesOf = (label: Label) =>
    feeds
      .filter(feed => feed.label === label)
      .map(({ name }) => name)
      .join(', ')
  const ribbons = ribbonsOf(feeds.map(({ label }) => label))
  return (
    <>
      {ribbons.map(({ label, text }) => (
        <p key={label} class="ribbon" data-label={label}>
          {text}
          {feeds.length > 1 && ` (${namesOf(label)})`}
        </p>
      ))}
    </>
  )
}
