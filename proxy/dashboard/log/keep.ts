import { effect } from '@preact/signals'
import { feedFacts, journal, onMessage, onWire } from '../desk.ts'
import { type FeedState, isBroken, STATE_WORDS } from '../feedview.ts'
import { Notices, readSent } from './notices.ts'

export const notices = new Notices()

/** Writes into the journal what the stream and the feeds say, from the first moment on. */
export function keepNotices(): void {
  onMessage(message => {
    if (message.type === 'market_data') return
    for (const news of notices.read(message)) journal.add(news)
  })
  onWire((direction, text) => {
    const news = direction === 'out' ? readSent(text) : undefined
    if (news) journal.add(news)
  })
  const states = new Map<string, FeedState>()
  effect(() => {
    for (const { name, state, reason, broker } of feedFacts.value.value?.feeds ?? []) {
      const was = states.get(name)
      states.set(name, state)
      if (was === state || (was === undefined && state === 'live')) continue
      const level = isBroken({ state }) ? 'bad' : state === 'live' ? 'good' : 'news'
      const words = STATE_WORDS[state].toLowerCase()
      journal.add({ level, what: 'feed', broker, text: `feed ${name}: ${words}${reason ? `, ${reason}` : ''}` })
    }
  })
}
