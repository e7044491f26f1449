import { defineAdapter } from '../contract.ts'
import { settings } from './settings.ts'
import { source } from './source.ts'
import { UNIVERSE } from './universe.ts'

/**
 * A seeded exchange of some two hundred Indian instruments. It runs around the clock and needs no broker and no
 * network. Settings: `seed` and `rate`.
 */
export default defineAdapter({
  name: 'simulator',
  title: 'Simulated Indian exchange: seeded prices around the clock, no account needed',
  label: 'simulated',
  modes: ['LTP', 'QUOTE', 'DEPTH'],
  settings,
  instruments: () => UNIVERSE.map(listing => listing.instrument),
  source,
})
