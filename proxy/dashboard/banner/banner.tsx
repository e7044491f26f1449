import { now, polling, stream } from '../desk.ts'
import { bannerOf } from './words.ts'
import './banner.css'

/** Says that what is shown is not of now, why, and when it will be tried again. */
export function Banner() {
  const link = stream.link.value
  const at = now.value
  const banner = bannerOf(link, polling.state.value, at)
  // The countdown is no news for who listens.
  return (
    <>
      <p class="unseen" role="status">
        {banner?.text}
      </p>
      {banner && (
        <div class="banner" data-level={banner.level}>
          <span aria-hidden="true">{banner.text}</span>
          {link.phase === 'waiting' && (
            <span class="banner-countdown">next try in {Math.max(1, Math.ceil((link.retryAt - at) / 1000))} s</span>
          )}
          {link.phase === 'connecting' && <span class="banner-countdown">trying…</span>}
          <button type="button" disabled={link.phase !== 'waiting'} onClick={() => stream.retry()}>
            Retry now
          </button>
        </div>
      )}
    </>
  )
}
