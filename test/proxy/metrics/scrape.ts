import { expect } from 'vitest'
import { holds } from '../../support/holds.ts'
import { startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

/** A rig through which ticks have gone to a client, and who may read its figures. */
export async function openRig(options: Parameters<typeof startRig>[0] = {}) {
  const rig = await startRig(options)
  const { key } = rig.store.keys.create({ userId: 'alice', label: 'prometheus', scopes: ['admin'], now: 1 })
  const delays = { exchanges: { NSE: [40_000, 60, 2] }, received: [30_000, 58, 2], sent: [600, 30, 2] }
  const tokenExpiresAt = 1_900_000_000_000
  const dropped = { late: 3, invalid: 1, unknown: 0 }
  const limits = { instruments: { used: 7, limit: 3000 } }
  rig.feed.facts = { delays, tokenExpiresAt, dropped, limits, ticks: 500, lastTickAt: 1_700_000_000_000, wanted: 1 }
  rig.feed.status()
  const client = await rig.enter()
  await client.ask({ action: 'subscribe', symbols: 'NSE:RELIANCE', mode: 1 })
  await rig.feed.wanted('NSE_RELIANCE_LTP')
  rig.feed.tick('NSE', 'RELIANCE', tickOf(100))
  await client.tick('the first price', ({ symbol }) => symbol === 'RELIANCE')
  const scrape = (more: RequestInit = { headers: { authorization: `Bearer ${key.reveal()}` } }) =>
    fetch(`http://127.0.0.1:${rig.port}/metrics`, more)
  let told = ''
  await holds(async () => {
    told = await (await scrape()).text()
    expect(told).toContain('feed_ticks_published_total{broker="testbroker"} 500')
  })
  return { rig, client, scrape, told, key: key.reveal() }
}

export type Opened = Awaited<ReturnType<typeof openRig>>

/** What stands in a text of Prometheus, by name and labels. */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}
