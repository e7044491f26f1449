/** A calendar as an adapter outside of India would carry it: funds in New York, and coins around the clock. */
export const NEW_YORK = {
  version: '2026-11-21',
  generated_at: '2026-11-21',
  zone: 'America/New_York',
  markets: {
    funds: { coverage: { from: '2026-01-01', to: '2027-12-31', holidays: true, source: 'exchange' } },
    coins: { coverage: { from: '2026-01-01', to: '2027-12-31', holidays: true, source: 'always' } },
  },
  segments: {
    GLOBAL_INDEX: { market: 'funds', usual: 'fund', profiles: [{ name: 'fund' }], source: 'exchange' },
    CRYPTO: { market: 'coins', usual: 'coin', profiles: [{ name: 'coin' }], source: 'always' },
  },
  schedules: [
    {
      segments: ['GLOBAL_INDEX'],
      valid_from: '2026-01-01',
      weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
      phases: [
        { name: 'pre-market', start: '04:00', end: '09:30', matching: 'continuous', ticks: 'sparse', part: 'morning' },
        { name: 'regular', start: '09:30', end: '16:00', matching: 'continuous', ticks: 'expected', part: 'morning' },
        { name: 'after-hours', start: '16:00', end: '20:00', matching: 'continuous', ticks: 'sparse', part: 'evening' },
      ],
      source: 'exchange',
    },
    {
      segments: ['CRYPTO'],
      valid_from: '2026-01-01',
      weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
      phases: [{ name: 'continuous', start: '00:00', end: '24:00', matching: 'continuous', ticks: 'expected' }],
      source: 'always',
    },
  ],
  exceptions: [
    {
      date: '2026-11-26',
      weekday: 'Thu',
      segments: ['GLOBAL_INDEX'],
      kind: 'closed',
      name: 'Thanksgiving',
      status: 'confirmed',
      source: 'exchange',
    },
    {
      date: '2026-11-27',
      weekday: 'Fri',
      segments: ['GLOBAL_INDEX'],
      kind: 'special_session',
      phases: [{ name: 'regular', start: '09:30', end: '13:00', matching: 'continuous', ticks: 'expected' }],
      name: 'The day after Thanksgiving',
      status: 'confirmed',
      source: 'exchange',
    },
  ],
  sources: {
    exchange: { status: 'confirmed', text: 'Hours and holidays of the exchange' },
    always: { status: 'derived', text: 'Coins trade around the clock' },
  },
}
