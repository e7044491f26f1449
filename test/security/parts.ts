import { raid } from './isolation.ts'
import type { Part } from './part.ts'
import { revokeMany } from './revocation.ts'

const isolation: Part = {
  name: 'isolation',
  about: "one user tries to subscribe to what is another's, through a real proxy, while both get prices",
  async run({ seed, isShort }) {
    const result = await raid(isShort ? 5000 : 100_000, seed)
    const { attempts, foreign, own, lent, victim, ms } = result
    const seconds = `${(ms / 1000).toFixed(0)} s`
    return [
      {
        what: `foreign frames in ${attempts.toLocaleString('en-US')} random attempts (seed ${seed}, ${seconds})`,
        measured: String(foreign),
        limit: '0',
        isKept: foreign === 0,
      },
      {
        what: 'frames the attacker got of his own, of what was lent to him, and frames the victim got',
        measured: [own, lent, victim].map(count => count.toLocaleString('en-US')).join(', '),
        limit: 'each above 0',
        isKept: Math.min(own, lent, victim) > 0,
      },
    ]
  },
}

const LIMIT_MS = 1000

const revocation: Part = {
  name: 'revocation',
  about:
    'keys are revoked while some 2,000 ticks a second are made and 200 sockets get their share; the database is locked for 300 ms after every second one',
  async run({ isShort, say }) {
    const { revokes, lastFrameMs, closeMs, medianCloseMs, wrong, frames, returned } = await revokeMany(
      isShort ? 50 : 1000,
      say,
    )
    const within = (what: string, ms: number) => ({
      what,
      measured: `${ms.toFixed(0)} ms`,
      limit: `${LIMIT_MS} ms`,
      isKept: ms < LIMIT_MS,
    })
    return [
      within(`from a revoke to the last frame, the longest of ${revokes.toLocaleString('en-US')}`, lastFrameMs),
      within(`from a revoke to the close, the longest (median ${medianCloseMs.toFixed(0)} ms)`, closeMs),
      {
        what: `closed otherwise than with 4403, of sockets that had got ${frames.toLocaleString('en-US')} frames`,
        measured: String(wrong),
        limit: '0',
        isKept: wrong === 0,
      },
      {
        what: 'revoked keys that are good after a restart of the proxy',
        measured: String(returned),
        limit: '0',
        isKept: returned === 0,
      },
    ]
  },
}

export const PARTS: readonly Part[] = [isolation, revocation]
