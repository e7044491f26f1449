import { describe, expect, it } from 'vitest'
import { Market } from '../../adapters/market.ts'
import { adapterProblems } from '../../adapters/shape.ts'
import simulator from '../../adapters/simulator/manifest.ts'
import { ManualClock } from '../../shared/clock.ts'
import { calendarSchema } from '../../shared/market/calendar/schema.ts'
import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { importCalendar, readCalendar } from '../../shared/store/calendar.ts'
import { InstrumentBook, writeInstruments } from '../../shared/store/instruments.ts'
import { at } from '../shared/market/calendar/at.ts'
import { temporaryFolder } from '../support/datafolder.ts'
import { NEW_YORK } from '../support/newyork.ts'

const CAS = at('2026-08-03 15:17')

const share = (symbol: string, exchange: Exchange = 'NSE'): Instrument => ({
  exchange,
  symbol,
  token: symbol,
  brokerSymbol: symbol,
  name: symbol,
  kind: 'EQ',
})

const future = (underlying: string): Instrument => ({
  ...share(`${underlying}27AUG26FUT`, 'NFO'),
  kind: 'FUT',
  expiry: '2026-08-27',
  underlying,
})

describe('the market of a feed', () => {
  it('tells shares of the closing auction from others by the list of the feed, which may change', async () => {
    const folder = temporaryFolder()
    const clock = new ManualClock(CAS)
    const book = new InstrumentBook(folder, { clock })
    const market = new Market({ underlyings: () => book.underlyings('A'), clock })
    const [sbin, tiny] = [share('SBIN'), share('TINY')]
    const said = () => [sbin, tiny].map(one => market.phaseAt(one, CAS)?.ticks)
    // Without a list nobody knows: silence is no fault.
    expect(said()).toEqual(['none', 'none'])
    await writeInstruments(folder, 'A', [sbin, tiny, future('SBIN')], clock)
    clock.advance(1000)
    expect(said()).toEqual(['none', 'expected'])
    await writeInstruments(folder, 'A', [sbin, tiny, future('TINY')], clock)
    clock.advance(1000)
    expect(said()).toEqual(['expected', 'none'])
    // Futures of another exchange say nothing of shares.
    await writeInstruments(folder, 'A', [sbin, tiny, { ...future('GOLD'), exchange: 'MCX' }], clock)
    clock.advance(1000)
    expect(said()).toEqual(['none', 'none'])
    await writeInstruments(folder, 'A', [sbin, tiny, future('TINY')], clock)
    expect(book.underlyings('A')).toBe(book.underlyings('A'))
    expect([...(book.underlyings('A') ?? [])]).toEqual(['NFO:TINY'])
    expect(book.underlyings('B')).toBeUndefined()
    book.close()
  })

  it('is what the imported calendar says, and the same object as long as nothing changes', () => {
    const folder = temporaryFolder()
    const clock = new ManualClock(CAS)
    const calendars = { serving: readCalendar(folder, CAS) }
    const market = new Market({ calendars, clock })
    const one = share('SBIN')
    const before = market.phaseAt(one, CAS)
    expect(market.phaseAt(one, CAS)).toBe(before)
    importCalendar(folder, JSON.stringify(NEW_YORK), CAS)
    calendars.serving = readCalendar(folder, CAS)
    expect(market.phaseAt(one, CAS)).toBeUndefined()
    expect(market.expectTicks('CRYPTO', CAS)).toBe('expected')
  })

  it('is what the calendar of the adapter says, for the exchanges it names', () => {
    const market = new Market({ own: calendarSchema.parse(NEW_YORK), clock: new ManualClock(CAS) })
    expect(market.expectTicks('CRYPTO', CAS)).toBe('expected')
    // 05:47 in New York.
    expect(market.phaseAt(share('SPX', 'GLOBAL_INDEX'), CAS)?.name).toBe('pre-market')
    expect(market.expectTicks('NFO', CAS)).toBe('expected')
  })

  it('is open at all times where somebody says so, loudly', () => {
    const market = new Market({ hours: 'always-open', clock: new ManualClock(CAS) })
    const night = at('2026-11-22 03:00')
    expect(market.expectTicks('NSE', night)).toBe('expected')
    expect(market.phaseAt(share('SBIN'), night)).toMatchObject({ name: 'always open', ticks: 'expected' })
    expect(market.remark()).toMatch(/^MARKET ALWAYS OPEN/)
    expect(new Market({ clock: new ManualClock() }).remark()).toBeUndefined()
  })

  it('says why an imported calendar does not serve', () => {
    const serving = { ...readCalendar(temporaryFolder(), CAS), trouble: 'it is no JSON' }
    expect(new Market({ calendars: { serving }, clock: new ManualClock() }).remark()).toBe('it is no JSON')
  })
})

it('an adapter with a calendar that is none is refused with the place of the fault', () => {
  expect(adapterProblems({ ...simulator, calendar: NEW_YORK })).toEqual([])
  expect(adapterProblems({ ...simulator, calendar: { ...NEW_YORK, zone: 'Mars/Olympus' } })).toEqual([
    'calendar.zone: is no time zone of this machine',
  ])
  const [holiday, ...more] = NEW_YORK.exceptions
  const exceptions = [{ ...holiday, weekday: 'Fri' }, ...more]
  expect(adapterProblems({ ...simulator, calendar: { ...NEW_YORK, exceptions } })).toEqual([
    'calendar: 2026-11-26 Thanksgiving is a Thu, not a Fri',
  ])
})
