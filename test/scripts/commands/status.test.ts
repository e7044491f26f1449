import { describe, expect, it } from 'vitest'
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
})
