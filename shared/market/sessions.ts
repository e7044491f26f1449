import type { Exchange } from './exchange.ts'

/** Exchanges that share a list of holidays. */
export type Market = 'equity' | 'currency' | 'commodity'

interface Source {
  /**
   * `confirmed` by a circular or page of the exchange or the regulator, `reported` by press or brokers, `derived` by a
   * known rule, `open` when sources disagree or none was found.
   */
  readonly status: 'confirmed' | 'reported' | 'derived' | 'open'
  readonly text: string
}

/** From this day on, until the next row of the same exchange. */
export interface Schedule {
  readonly exchanges: readonly Exchange[]
  readonly from: string
  /** Continuous trading, Monday to Friday: `09:15-15:30`, several parted by a space, ends not included. */
  readonly hours: string
  readonly source: string
}

/** One day that is not as its weekday says. */
export interface SpecialDay {
  /** `YYYY-MM-DD` in India. */
  readonly date: string
  /** A second witness of the date. */
  readonly weekday: 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun'
  readonly name: string
  /**
   * `closed`, `regular` (as on a weekday), `morning` or `evening` (the first or the second part of the regular hours),
   * `unknown`, or hours as in a schedule.
   */
  readonly hours: string
  readonly source: string
}

export interface Sessions {
  /** The day it was reviewed. */
  readonly version: string
  readonly markets: Readonly<Record<Market, readonly Exchange[]>>
  /**
   * First and last day for which all is here; outside, only the special days are known. Without `holidays` the hours
   * are known, and not on which weekdays they hold.
   */
  readonly coverage: Readonly<Record<Market, { from: string; to: string; holidays: boolean; source: string }>>
  readonly sources: Readonly<Record<string, Source>>
  readonly schedules: readonly Schedule[]
  readonly days: Readonly<Record<Market, readonly SpecialDay[]>>
}

const SOURCES: Sessions['sources'] = {
  nse: { status: 'confirmed', text: 'NSE market timings: continuous trading from 09:15 to 15:30' },
  cas: {
    status: 'confirmed',
    text: 'SEBI circular of 16 Jan 2026 on the closing auction, HO/47/11/11(3)2025-MRD-POD2/I/2765/2026: from 3 Aug 2026 shares with derivatives trade continuously to 15:15',
  },
  fo: { status: 'confirmed', text: 'NSE announcement on derivatives hours, in webindia123 of 30 May 2026: to 15:40' },
  cds: { status: 'confirmed', text: 'NSE market timings: currency and interest-rate derivatives from 09:00 to 17:00' },
  cdsDays: {
    status: 'open',
    text: 'The currency segment has a list of its own, which also follows bank holidays; it was not found',
  },
  mcx: {
    status: 'derived',
    text: 'MCX session table at Kotak Neo and 5paisa: to 23:30 while the US has daylight saving, else to 23:55; NSE commodity follows the same clock',
  },
  mcxMarch: { status: 'reported', text: 'Free Press Journal, 18 Feb 2026: MCX to 23:30 from 9 Mar 2026' },
  nse2025: { status: 'reported', text: 'NSE holidays of 2025, in NDTV Profit' },
  nse2026: { status: 'reported', text: 'NSE holidays of 2026, in Business Standard of 2 Mar 2026' },
  mcx2025: { status: 'open', text: 'MCX on 14 Mar 2025: evening session only; where it was read was not noted' },
  mcx2026: { status: 'reported', text: 'MCX holidays of 2026, in News18 and CNBC Awaaz of 30 Dec 2025, and Rupeezy' },
  mcxHoli: {
    status: 'open',
    text: 'MCX on 3 Mar 2026: evening only in most lists, morning only in goldsilverreports and scanx',
  },
  budget2026: { status: 'reported', text: 'Press: 1 Feb 2026, equities 09:15 to 15:30, MCX 09:00 to 17:00' },
  muhurat2025: { status: 'reported', text: 'localnewswave: Muhurat of 21 Oct 2025 from 13:45 to 14:45' },
  muhurat2026: { status: 'open', text: 'The hour of 8 Nov 2026 was left to a later circular, which was not found' },
}

const EQUITY_CASH: readonly Exchange[] = ['NSE', 'BSE', 'NSE_INDEX', 'BSE_INDEX']
const EQUITY_DERIVATIVES: readonly Exchange[] = ['NFO', 'BFO']
const CURRENCY: readonly Exchange[] = ['CDS', 'BCD']
const COMMODITY: readonly Exchange[] = ['MCX', 'NCO']

const SCHEDULES: readonly Schedule[] = [
  { exchanges: EQUITY_CASH, from: '2025-01-01', hours: '09:15-15:30', source: 'nse' },
  { exchanges: EQUITY_CASH, from: '2026-08-03', hours: '09:15-15:15', source: 'cas' },
  { exchanges: EQUITY_DERIVATIVES, from: '2025-01-01', hours: '09:15-15:30', source: 'nse' },
  { exchanges: EQUITY_DERIVATIVES, from: '2026-08-03', hours: '09:15-15:40', source: 'fo' },
  { exchanges: CURRENCY, from: '2025-01-01', hours: '09:00-17:00', source: 'cds' },
  { exchanges: COMMODITY, from: '2025-01-01', hours: '09:00-17:00 17:00-23:55', source: 'mcx' },
  { exchanges: COMMODITY, from: '2025-03-10', hours: '09:00-17:00 17:00-23:30', source: 'mcx' },
  { exchanges: COMMODITY, from: '2025-11-03', hours: '09:00-17:00 17:00-23:55', source: 'mcx' },
  { exchanges: COMMODITY, from: '2026-03-09', hours: '09:00-17:00 17:00-23:30', source: 'mcxMarch' },
  { exchanges: COMMODITY, from: '2026-11-02', hours: '09:00-17:00 17:00-23:55', source: 'mcx' },
]

const EQUITY_DAYS: readonly SpecialDay[] = [
  { date: '2025-02-01', weekday: 'Sat', name: 'Union Budget, full session', hours: 'regular', source: 'nse2025' },
  { date: '2025-02-26', weekday: 'Wed', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-03-14', weekday: 'Fri', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-03-31', weekday: 'Mon', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-04-10', weekday: 'Thu', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-04-14', weekday: 'Mon', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-04-18', weekday: 'Fri', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-05-01', weekday: 'Thu', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-08-15', weekday: 'Fri', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-08-27', weekday: 'Wed', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-10-02', weekday: 'Thu', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-10-21', weekday: 'Tue', name: 'Muhurat', hours: '13:45-14:45', source: 'muhurat2025' },
  { date: '2025-10-22', weekday: 'Wed', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-11-05', weekday: 'Wed', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2025-12-25', weekday: 'Thu', name: 'Holiday', hours: 'closed', source: 'nse2025' },
  { date: '2026-01-15', weekday: 'Thu', name: 'Municipal elections', hours: 'closed', source: 'nse2026' },
  { date: '2026-01-26', weekday: 'Mon', name: 'Republic Day', hours: 'closed', source: 'nse2026' },
  {
    date: '2026-02-01',
    weekday: 'Sun',
    name: 'Union Budget, full session',
    hours: '09:15-15:30',
    source: 'budget2026',
  },
  { date: '2026-03-03', weekday: 'Tue', name: 'Holi', hours: 'closed', source: 'nse2026' },
  { date: '2026-03-26', weekday: 'Thu', name: 'Ram Navami', hours: 'closed', source: 'nse2026' },
  { date: '2026-03-31', weekday: 'Tue', name: 'Mahavir Jayanti', hours: 'closed', source: 'nse2026' },
  { date: '2026-04-03', weekday: 'Fri', name: 'Good Friday', hours: 'closed', source: 'nse2026' },
  { date: '2026-04-14', weekday: 'Tue', name: 'Ambedkar Jayanti', hours: 'closed', source: 'nse2026' },
  { date: '2026-05-01', weekday: 'Fri', name: 'Maharashtra Day', hours: 'closed', source: 'nse2026' },
  { date: '2026-05-28', weekday: 'Thu', name: 'Bakri Id', hours: 'closed', source: 'nse2026' },
  { date: '2026-06-26', weekday: 'Fri', name: 'Muharram', hours: 'closed', source: 'nse2026' },
  { date: '2026-09-14', weekday: 'Mon', name: 'Ganesh Chaturthi', hours: 'closed', source: 'nse2026' },
  { date: '2026-10-02', weekday: 'Fri', name: 'Gandhi Jayanti', hours: 'closed', source: 'nse2026' },
  { date: '2026-10-20', weekday: 'Tue', name: 'Dussehra', hours: 'closed', source: 'nse2026' },
  { date: '2026-11-08', weekday: 'Sun', name: 'Muhurat', hours: 'unknown', source: 'muhurat2026' },
  { date: '2026-11-10', weekday: 'Tue', name: 'Diwali Balipratipada', hours: 'closed', source: 'nse2026' },
  { date: '2026-11-24', weekday: 'Tue', name: 'Guru Nanak Jayanti', hours: 'closed', source: 'nse2026' },
  { date: '2026-12-25', weekday: 'Fri', name: 'Christmas', hours: 'closed', source: 'nse2026' },
]

const COMMODITY_DAYS: readonly SpecialDay[] = [
  { date: '2025-03-14', weekday: 'Fri', name: 'Holi', hours: 'evening', source: 'mcx2025' },
  { date: '2026-01-01', weekday: 'Thu', name: 'New Year', hours: 'morning', source: 'mcx2026' },
  { date: '2026-01-15', weekday: 'Thu', name: 'Municipal elections', hours: 'evening', source: 'mcx2026' },
  { date: '2026-01-26', weekday: 'Mon', name: 'Republic Day', hours: 'closed', source: 'mcx2026' },
  { date: '2026-02-01', weekday: 'Sun', name: 'Union Budget', hours: 'morning', source: 'budget2026' },
  { date: '2026-03-03', weekday: 'Tue', name: 'Holi', hours: 'unknown', source: 'mcxHoli' },
  { date: '2026-03-26', weekday: 'Thu', name: 'Ram Navami', hours: 'evening', source: 'mcx2026' },
  { date: '2026-03-31', weekday: 'Tue', name: 'Mahavir Jayanti', hours: 'evening', source: 'mcx2026' },
  { date: '2026-04-03', weekday: 'Fri', name: 'Good Friday', hours: 'closed', source: 'mcx2026' },
  { date: '2026-04-14', weekday: 'Tue', name: 'Ambedkar Jayanti', hours: 'evening', source: 'mcx2026' },
  { date: '2026-05-01', weekday: 'Fri', name: 'Maharashtra Day', hours: 'evening', source: 'mcx2026' },
  { date: '2026-05-28', weekday: 'Thu', name: 'Bakri Id', hours: 'evening', source: 'mcx2026' },
  { date: '2026-06-26', weekday: 'Fri', name: 'Muharram', hours: 'evening', source: 'mcx2026' },
  { date: '2026-09-14', weekday: 'Mon', name: 'Ganesh Chaturthi', hours: 'evening', source: 'mcx2026' },
  { date: '2026-10-02', weekday: 'Fri', name: 'Gandhi Jayanti', hours: 'closed', source: 'mcx2026' },
  { date: '2026-10-20', weekday: 'Tue', name: 'Dussehra', hours: 'evening', source: 'mcx2026' },
  { date: '2026-11-08', weekday: 'Sun', name: 'Muhurat', hours: 'unknown', source: 'muhurat2026' },
  { date: '2026-11-10', weekday: 'Tue', name: 'Diwali Balipratipada', hours: 'evening', source: 'mcx2026' },
  { date: '2026-11-24', weekday: 'Tue', name: 'Guru Nanak Jayanti', hours: 'evening', source: 'mcx2026' },
  { date: '2026-12-25', weekday: 'Fri', name: 'Christmas', hours: 'closed', source: 'mcx2026' },
]

/** When the exchanges trade, as far as it was found; what was not found is left unknown, never guessed. */
export const SESSIONS: Sessions = {
  version: '2026-11-21',
  markets: {
    equity: [...EQUITY_CASH, ...EQUITY_DERIVATIVES],
    currency: CURRENCY,
    commodity: COMMODITY,
  },
  coverage: {
    equity: { from: '2025-01-01', to: '2026-12-31', holidays: true, source: 'nse2026' },
    currency: { from: '2025-01-01', to: '2026-12-31', holidays: false, source: 'cdsDays' },
    commodity: { from: '2026-01-01', to: '2026-12-31', holidays: true, source: 'mcx2026' },
  },
  sources: SOURCES,
  schedules: SCHEDULES,
  days: { equity: EQUITY_DAYS, currency: [], commodity: COMMODITY_DAYS },
}
