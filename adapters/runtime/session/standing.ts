import type { FeedState } from '../../../shared/control.ts'
import type { LinkView } from './link.ts'
import { SAYS_NOTHING } from './verdict.ts'

/** How a feed stands, in one line for a person. */
export interface Standing {
  readonly state: FeedState
  readonly reason?: string
}

/**
 * What the connections together make of the feed: `live` when all that are needed are open; `suspect` when some of them
 * are not, or are silent; `down` when none is open and one has failed; else `starting`. Pure.
 */
export function judgeLinks(views: readonly LinkView[]): Standing {
  const needed = views.filter(({ state }) => state !== 'idle')
  const open = needed.filter(({ state }) => state === 'open')
  if (needed.length > 0 && open.length === needed.length) return { state: 'live' }
  const silent = needed.filter(({ state }) => state === 'silent')
  const failed = needed.filter(({ error }) => error !== undefined)
  const [worst] = [...failed, ...silent]
  if (!worst) return open.length > 0 ? { state: 'live' } : { state: 'starting', reason: 'connecting to the broker' }
  if (open.length + silent.length === 0) return { state: 'down', reason: explain(worst) }
  const where = needed.length > 1 ? `connection ${worst.number} of ${needed.length}: ` : ''
  const dark = failed.reduce((sum, { instruments }) => sum + instruments, 0)
  const loss = dark > 0 ? `; ${dark} instruments have no prices` : ''
  return { state: 'suspect', reason: `${where}${explain(worst)}${loss}` }
}

/** What a feed whose connections are open is as far as its ticks say; nothing when they flow. Pure. */
export function silenceOf(ticks: {
  /** Numbers of connections that bring nothing. */
  readonly mute: readonly number[]
  /** So many have something to carry. */
  readonly of: number
  /** Instruments in doubt, where they are a large part. */
  readonly doubted: number
  /** Nothing has come for long. */
  readonly isSilent: boolean
}): Standing | undefined {
  const { mute, of, doubted, isSilent } = ticks
  const [first] = mute
  if (first !== undefined) {
    const where = of > 1 ? `connection ${mute.join(', ')} of ${of}: ` : ''
    return { state: 'suspect', reason: `${where}${SAYS_NOTHING}` }
  }
  if (doubted > 0) return { state: 'suspect', reason: `${doubted} instruments ought to tick and do not` }
  if (!isSilent) return undefined
  return { state: 'quiet', reason: 'no tick for 25 s: the market is closed, or has little to say' }
}

function explain({ error, failures }: LinkView): string {
  if (!error) return 'no byte from the broker for some seconds, not even its heartbeat'
  const again = failures > 1 ? ` (${failures} times in a row)` : ''
  return `${error.code}: ${error.message}${again}`
}
