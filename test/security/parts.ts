import { attack } from './attack/attack.ts'
import { WEAPONS } from './attack/weapon.ts'
import { conform } from './conformance.ts'
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

const P99_MS = 100
const MEMORY_MB = 200
const ATTACK_S = 60
const SHORT_ATTACK_S = 10

const underAttack: Part = {
  name: 'attack',
  about: `${WEAPONS.map(({ about }) => about).join('; ')}: all at once, from 200 addresses, beside 50 clients that were there before`,
  async run({ isShort, say }) {
    const seconds = isShort ? SHORT_ATTACK_S : ATTACK_S
    const { before, during, lost, gone, memory, newcomerMs, backMs, tallies } = await attack({ seconds, say })
    const tries = Object.values(tallies).reduce((sum, tally) => sum + tally.tries, 0)
    const most = memory.most - memory.before
    for (const [name, tally] of Object.entries(tallies)) say(`${name}: ${JSON.stringify(tally)}`)
    return [
      {
        what: `p99 of the age of a price of those who were there, ${during.count.toLocaleString('en-US')} prices in ${seconds} s and ${tries.toLocaleString('en-US')} tries (before: ${before.p99} ms)`,
        measured: `${during.p99} ms`,
        limit: `${P99_MS} ms`,
        isKept: during.p99 <= P99_MS,
      },
      {
        what: 'prices they lost, and connections',
        measured: `${lost}, ${gone}`,
        limit: '0, 0',
        isKept: lost + gone === 0,
      },
      {
        what: `memory of the proxy above what it was (${memory.before} MB), at most`,
        measured: `${most} MB`,
        limit: `${MEMORY_MB} MB`,
        isKept: most <= MEMORY_MB,
      },
      {
        what: 'until its memory is back within 50 MB of that',
        measured: backMs === undefined ? 'longer' : `${(backMs / 1000).toFixed(1)} s`,
        limit: '60 s',
        isKept: backMs !== undefined,
      },
      {
        what: 'until who comes with a good key in the middle of it, and tries again each second, has a price',
        measured: newcomerMs === undefined ? 'longer' : `${(newcomerMs / 1000).toFixed(1)} s`,
        limit: '30 s',
        isKept: newcomerMs !== undefined,
      },
    ]
  },
}

const conformance: Part = {
  name: 'conformance',
  about: 'the cases of RFC 6455 against an echo with the options of the proxy',
  async run() {
    const { ok, notStrict, failed } = await conform()
    const measured = `${ok} as they should be, ${notStrict} less strictly, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`
    return [
      {
        what: 'cases, each with the message limit of the proxy and with 16 MiB',
        measured,
        limit: '0 failed',
        isKept: failed.length === 0,
      },
    ]
  },
}

export const PARTS: readonly Part[] = [isolation, revocation, underAttack, conformance]
