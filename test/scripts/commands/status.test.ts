import { describe, expect, it } from 'vitest'
import { until } from '../../support/bus.ts'
import { PARKED, SILENT_FEED, StandIn, SUPERVISED } from '../../support/standin.ts'

const event = (at: number, text: string) => ({ at, name: 'A', text })
const inJson = async (there: StandIn) => JSON.parse((await there.run('status', '--json')).out)
const inWords = async (there: StandIn) => (await there.run('status', '--format', 'table')).out

describe('tickwire status', () => {
  it('shows a parked feed as parked, for the reason its process ended with, in one line', async () => {
    const there = await StandIn.start(SILENT_FEED, PARKED)
    expect((await inJson(there)).feeds).toMatchObject([
      { name: 'A', state: 'parked', since: 20, reason: 'CONFIG_INVALID: one\ntwo' },
    ])
    const lines = (await inWords(there)).split('\n')
    expect(lines.filter(line => /^A +one +parked .* CONFIG_INVALID: one; two$/.test(line))).toHaveLength(1)
    expect(lines).toContain('A is parked: mend the cause, then: tickwire adapter enable A')
  })

  it('tells what the supervisor and the proxy saw, in order, the last ten on a screen', async () => {
    const seen = Array.from({ length: 9 }, (_, at) => event(at + 5, `is ${at}`))
    const up = { ...SUPERVISED, events: [event(10, 'running'), event(99, 'back')] }
    const there = await StandIn.start({ ...SILENT_FEED, events: seen }, up)
    const { events } = await inJson(there)
    expect(events.map((one: { at: number }) => one.at)).toEqual([5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 99])
    const [, lately = ''] = (await inWords(there)).split('Lately:\n')
    const lines = lately.trimEnd().split('\n')
    expect(lines).toHaveLength(10)
    expect(lines.at(0)).toMatch(/A is 1$/)
    expect(lines.at(-1)).toMatch(/A back$/)
  })

  it('tells what the proxy saw when nobody supervises, and nothing when it has nothing to tell', async () => {
    const seen = await StandIn.start({ ...SILENT_FEED, events: [event(5, 'is down: silent')] })
    expect(await inWords(seen)).toMatch(/Lately:\n {2}\d\d:\d\d:\d\d {2}A is down: silent\n$/)
    expect((await inJson(await StandIn.start(SILENT_FEED))).events).toEqual([])
  })

  describe('about instruments', () => {
    const NOW = Date.now()
    const one = (nth: number, state: string, rest: object = {}) => ({
      exchange: 'NSE',
      symbol: `S${nth}`,
      state,
      since: NOW - 60_000,
      ageMs: 45_000,
      label: 'live',
      ...rest,
    })
    const status = (feed: object, list: object[], more = 0) => ({
      ...SILENT_FEED,
      now: NOW,
      feeds: [
        {
          name: 'A',
          broker: 'one',
          external: false,
          state: 'live',
          since: 1,
          instruments: { counts: { live: 3, suspect: list.length }, list, more },
          ...feed,
        },
      ],
    })
    const suspects = Array.from({ length: 12 }, (_, nth) => one(nth, 'suspect', { reason: 'silent beside its others' }))

    it('counts them, and names the first ten in trouble, with reason and age', async () => {
      const text = await inWords(await StandIn.start(status({}, suspects, 5)))
      expect(text).toMatch(/LIVE\/QUIET\/SUSPECT\/DOWN\/REFUSED/)
      expect(text).toMatch(/^A .* 3\/0\/12\/0\/0 /m)
      const rows = text.split('\n').filter(line => /^NSE:S\d+ +A +suspect +60 s +45 s +live +silent beside/.test(line))
      expect(rows).toHaveLength(10)
      expect(text).toContain('and 7 more: tickwire status --instruments')
    })

    it('is not well while one of them that ought to tick does not', async () => {
      expect(await inJson(await StandIn.start(status({}, suspects)))).toMatchObject({
        healthy: false,
        feeds: [{ instruments: { counts: { suspect: 12 } } }],
      })
    })

    it('leaves out what was asked for a moment ago, and those of a feed that is down itself', async () => {
      const list = [one(1, 'accepted', { since: Date.now() }), one(2, 'confirmed', { since: Date.now() - 60_000 })]
      const text = await inWords(await StandIn.start(status({}, list)))
      expect(text).not.toContain('NSE:S1 ')
      expect(text).toContain('NSE:S2 ')
      expect(await inWords(await StandIn.start(status({ state: 'down' }, suspects)))).not.toContain('NSE:S1 ')
    })

    it('shows each of them when asked', async () => {
      const there = await StandIn.start(status({}, suspects))
      const { out } = await there.run('status', '--instruments', '--format', 'table')
      expect(out.match(/^NSE:S\d+ /gm)).toHaveLength(12)
    })

    it('says when the login ends, and how long an account rests', async () => {
      const facts = { ticks: 1, wanted: 1, confirmed: 1 }
      const rest = { reason: 'its connection was lost 6 times in 30 s', until: Date.now() + 119_000 }
      const ends = { tokenExpiresAt: Date.now() + 3 * 3_600_000 + 60_000 }
      const text = await inWords(await StandIn.start(status({ status: { ...facts, ...ends, rest } }, [])))
      expect(text).toMatch(/ in 3 h +rests for 11\d s: its connection was lost 6 times in 30 s/)
    })
  })

  it('is told again each second, until Ctrl-C', async () => {
    const there = await StandIn.start(SILENT_FEED)
    const command = there.start(['status', '--watch', '--json'])
    await until('a second look', () => command.out.trimEnd().split('\n').length >= 2)
    expect(await command.stop('SIGINT')).toMatchObject({ code: 5, err: '' })
  })
})
