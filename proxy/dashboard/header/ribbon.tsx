import { feedFacts } from '../desk.ts'
import { ribbonsOf } from '../pill.ts'

/** What has to be said of the prices themselves, above all of them. */
export function Ribbon() {
  const feeds = feedFacts.value.value?.feeds ?? []
  const ribbons = ribbonsOf(feeds.map(({ label }) => label))
  return (
    <>
      {ribbons.map(({ label, text }) => (
        <p key={label} class="ribbon" data-label={label}>
          {feeds.length > 1
            ? `${feeds
                .filter(feed => feed.label === label)
                .map(({ name }) => name)
                .join(', ')}: ${text}`
            : text}
        </p>
      ))}
    </>
  )
}
