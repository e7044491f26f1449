import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Cache, type CacheLimits } from '../../../proxy/lookout/cache.ts'
import { inTurns } from '../../../shared/turns.ts'
import { LookoutRig } from './rig.ts'

let rig: LookoutRig
const caches: Cache[] = []

beforeEach(() => {
  rig = new LookoutRig()
})

afterEach(() => {
  for (const cache of caches.splice(0)) cache.close()
  rig.close()
})

function open(limits: Partial<CacheLimits> = {}): Cache {
  const { hub, clock } = rig
  const none = { cacheMaxAgeSeconds: 0, cacheMaxBytes: 0, resumeBytes: 7 }
  const wanted = { resync: (feed: string) => void rig.resyncs.push(feed) }
  const cache = new Cache({ hub, clock, wanted, limits: { ...none, ...limits } })
  caches.push(cache)
  return cache
}

/** The limits are looked at once a second, in turns. */
async function second(): Promise<void> {
  rig.clock.advance(1000)
  await new Promise(resolve => setImmediate(resolve))
}

const everybody = () => true
const figuresOf = (cache: Cache) => inTurns(rig.clock, cache.figures(everybody, true))
const valuesOf = async (cache: Cache) => {
  const { entries } = await inTurns(rig.clock, cache.search({}, everybody, { from: 0, most: 100 }))
  return entries.filter(({ data }) => data).map(({ symbol }) => symbol)
}

describe('the last values', () => {
  it('stay without limits', async () => {
    const cache = open()
    await rig.ask('A,B')
    for (let nth = 0; nth < 50; nth++) await second()
    expect(await valuesOf(cache)).toEqual(['A', 'B'])
  })

  it('older than their limit are forgotten, by those who come as well', async () => {
    const cache = open({ cacheMaxAgeSeconds: 10 })
    await rig.ask('A,B')
    for (let nth = 0; nth < 8; nth++) await second()
    rig.tick('ONE_NSE_B_LTP', 2)
    for (let nth = 0; nth < 4; nth++) await second()
    expect(await valuesOf(cache)).toEqual(['B'])
    const channel = rig.hub.find('ONE_NSE_A_LTP')
    expect(channel && rig.hub.gallery.look(channel)).toBeUndefined()
    expect((await figuresOf(cache)).expired).toBe(1)
    rig.tick('ONE_NSE_A_LTP', 3)
    expect(await valuesOf(cache)).toEqual(['A', 'B'])
  })

  it('together larger than their limit lose the oldest, until they are a little below it', async () => {
    const symbols = Array.from({ length: 40 }, (_, nth) => `S${String(nth).padStart(2, '0')}`)
    await rig.ask(symbols.join())
    for (const symbol of symbols) {
      rig.clock.advance(1)
      rig.tick(`ONE_NSE_${symbol}_LTP`, 1)
    }
    const whole = await figuresOf(open())
    const cache = open({ cacheMaxBytes: whole.bytes / 2 })
    await second()
    expect(await valuesOf(cache)).toEqual(symbols.slice(21))
    await second()
    expect((await figuresOf(cache)).expired).toBe(21)
  })

  it('that are cleared are asked for again, of their feeds only', async () => {
    const cache = open()
    await rig.ask('A,B')
    expect(await cache.clear({ feed: 'TWO' }, everybody)).toBe(0)
    expect(rig.resyncs).toEqual([])
    expect(await cache.clear({ text: 'a' }, everybody)).toBe(1)
    expect([await valuesOf(cache), rig.resyncs]).toEqual([['B'], ['ONE']])
    // Its feed says it again, as it was.
    rig.tick('ONE_NSE_A_LTP', 100, { snapshot: true, sequence: 1 })
    expect(await valuesOf(cache)).toEqual(['A', 'B'])
  })
})
