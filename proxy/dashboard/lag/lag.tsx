import { useEffect } from 'preact/hooks'
import { clock, now, offset, prices, serverTime, statusFacts, stream, wants } from '../desk.ts'
import { spanOf } from '../ist.ts'
import { notices } from '../log/keep.ts'
import { formatCount, MISSING } from '../watch/format.ts'
import { useFrameRate } from './frames.ts'
import { HOP_WORDS, HOPS, type Hop, lagWords, waterfall } from './hops.ts'
import { heldUp, hops, openedAt } from './keep.ts'
import type { Minute, Spread } from './minute.ts'
import { ServerLag } from './server.tsx'
import { Sparkline } from './sparkline.tsx'
import './lag.css'

/** A proxy begins rarely. */
const STATUS_MS = 60_000

const words = (ms: number | undefined): string => (ms === undefined ? MISSING : lagWords(ms))

function Figure({ label, minute }: { readonly label: string; readonly minute: Minute }) {
  const spread = minute.spread(clock.monotonic())
  return (
    <div class="lag-figure">
      <h3 class="label">{label}, last minute</h3>
      <p>
        <span class="lag-p50">p50</span> <strong>{words(spread?.p50)}</strong> <span class="lag-p95">p95</span>{' '}
        <strong>{words(spread?.p95)}</strong>
      </p>
      <Sparkline minute={minute} label={`${label}: p50 and p95 of each second of the last minute`} />
    </div>
  )
}

function Waterfall() {
  const at = clock.monotonic()
  const spreads: Partial<Record<Hop, Spread>> = {}
  for (const hop of HOPS) {
    const spread = hops.hops[hop].spread(at)
    if (spread) spreads[hop] = spread
  }
  const falls = waterfall(spreads)
  if (falls.length === 0) return <p class="muted">No stamped price came in the last minute.</p>
  return (
    <table class="figures lag-falls">
      <thead>
        <tr>
          <th scope="col">Hop</th>
          <th scope="col" class="number">
            p50
          </th>
          <th scope="col" class="number">
            p95
          </th>
          <th scope="col">Part of the way (p50)</th>
        </tr>
      </thead>
      <tbody>
        {falls.map(({ hop, spread, from, part }) => (
          <tr key={hop}>
            <th scope="row">{HOP_WORDS[hop]}</th>
            <td class="number">{lagWords(spread.p50)}</td>
            <td class="number">{lagWords(spread.p95)}</td>
            <td class="lag-way">
              <div class="lag-bar" style={{ marginLeft: `${from * 100}%`, width: `${part * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Notes() {
  const { best } = offset
  const total = hops.total.spread(clock.monotonic())
  const isBackwards = (total?.p50 ?? 0) < 0
  return (
    <ul class="lag-notes muted">
      <li>
        {best
          ? `This browser's clock is ${words(Math.abs(best.offsetMs))} ${best.offsetMs >= 0 ? 'behind' : 'ahead of'} the server's, ± ${words(best.roundMs / 2)}; figures are corrected by that.`
          : "How far this browser's clock is from the server's is not known yet."}
      </li>
      {hops.isCoarse && total && (
        <li>The exchange stamps whole seconds: from it on, each lag is up to 1 s too long.</li>
      )}
      {isBackwards && <li>A lag below zero: the server's clock is behind the exchange's. Set it: tickwire doctor</li>}
    </ul>
  )
}

/** How old prices are when they are here, where the time goes, and what was counted. */
export function Lag() {
  useEffect(() => statusFacts.watch(STATUS_MS), [])
  const at = now.value
  const startedAt = statusFacts.value.value?.proxy.startedAt
  const rate = useFrameRate()
  const total = hops.total.spread(clock.monotonic())
  const late = heldUp.spread(clock.monotonic())
  const link = stream.link.value
  const counters: readonly (readonly [string, string])[] = [
    ['Updates received', formatCount(prices.updates)],
    ['Symbols tracked', formatCount(prices.size)],
    ['Subscriptions', formatCount(wants.size)],
    ['Average lag', words(total?.mean)],
    ['Connected for', link.phase === 'open' ? spanOf(at - link.since) : MISSING],
    ['This page open for', spanOf(at - openedAt)],
    ['Server up for', startedAt === undefined ? MISSING : spanOf(serverTime.value - startedAt)],
    ['Reconnects', formatCount(stream.returns)],
    ['Gaps', formatCount(notices.gaps)],
    ['Folded updates', formatCount(notices.folded)],
    ['Pictures a second', rate === undefined ? MISSING : String(rate)],
    ['Page held up, p95', words(late?.p95)],
  ]
  return (
    <div class="lag">
      <div class="lag-totals">
        <Figure label="Exchange → browser" minute={hops.total} />
        <Figure label="Server → browser" minute={hops.hops.proxy} />
      </div>
      <section class="lag-waterfall" aria-label="Where the time goes">
        <Waterfall />
        <Notes />
      </section>
      <dl class="feed-figures lag-counters">
        {counters.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ServerLag />
    </div>
  )
}
