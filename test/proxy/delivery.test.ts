import { describe, expect, it } from 'vitest'
import { type Delivery, EVERY, readDelivery } from '../../proxy/delivery.ts'

const LATEST: Delivery = { policy: 'latest', intervalMs: undefined, fields: undefined }
const PACED: Delivery = { ...LATEST, intervalMs: 250 }
const INTERVAL = 'expected whole milliseconds from 1 to 60000, or leave it out'

describe('a delivery', () => {
  it.each<[said: object, meant: Delivery | undefined]>([
    [{}, undefined],
    [{ policy: null, interval_ms: null, fields: null }, undefined],
    [{ policy: 'every' }, EVERY],
    [{ policy: 'latest' }, LATEST],
    [{ interval_ms: 250 }, PACED],
    [{ policy: 'latest', interval_ms: 250 }, PACED],
    [{ policy: 'latest', interval_ms: null }, LATEST],
    [
      { policy: 'latest', interval_ms: 1 },
      { ...LATEST, intervalMs: 1 },
    ],
    [{ interval_ms: 60_000 }, { ...LATEST, intervalMs: 60_000 }],
    [{ fields: ['volume', 'ltp', 'volume'] }, { ...EVERY, fields: ['ltp', 'volume'] }],
    [
      { fields: ['ltp'], interval_ms: 250 },
      { ...PACED, fields: ['ltp'] },
    ],
  ])('is read from %j', (said, meant) => {
    expect(readDelivery(said as never, undefined)).toEqual(meant)
  })

  it.each<[said: object, above: Delivery, meant: Delivery]>([
    [{}, PACED, PACED],
    [{ policy: 'every' }, PACED, EVERY],
    [{ policy: 'latest' }, PACED, LATEST],
    [{ interval_ms: 250 }, { ...EVERY, fields: ['ltp'] }, { ...PACED, fields: ['ltp'] }],
    [{ fields: ['oi'] }, { ...PACED, fields: ['ltp'] }, { ...PACED, fields: ['oi'] }],
  ])('of an item goes before that of the message: %j over %j', (said, above, meant) => {
    expect(readDelivery(said as never, above)).toEqual(meant)
  })

  it('is one object for all items that ask for nothing of their own', () => {
    expect(readDelivery({}, PACED)).toBe(PACED)
  })

  it.each<[said: object, text: string]>([
    [{ policy: 'lates' }, 'Invalid policy lates; expected "every" or "latest"; did you mean latest?'],
    [{ policy: 'LATEST' }, 'Invalid policy LATEST; expected "every" or "latest"; did you mean latest?'],
    [{ policy: 'newest first' }, 'Invalid policy newest first; expected "every" or "latest"'],
    [{ policy: 1 }, 'Invalid policy 1; expected "every" or "latest"'],
    [{ policy: ['latest'] }, 'Invalid policy array; expected "every" or "latest"'],
    [{ interval_ms: 0 }, `Invalid interval_ms 0; ${INTERVAL}`],
    [{ interval_ms: -1 }, `Invalid interval_ms -1; ${INTERVAL}`],
    [{ interval_ms: 0.5 }, `Invalid interval_ms 0.5; ${INTERVAL}`],
    [{ interval_ms: 1e9 }, `Invalid interval_ms 1000000000; ${INTERVAL}`],
    [{ interval_ms: 60_001 }, `Invalid interval_ms 60001; ${INTERVAL}`],
    [{ interval_ms: 'fast' }, `Invalid interval_ms fast; ${INTERVAL}`],
    [{ interval_ms: '250' }, `Invalid interval_ms 250; ${INTERVAL}`],
    [{ interval_ms: {} }, `Invalid interval_ms object; ${INTERVAL}`],
    [
      { policy: 'every', interval_ms: 250 },
      'policy "every" and interval_ms 250 contradict each other; leave one of them out, or say policy "latest"',
    ],
  ])('is refused in one line that names the thing, the limit and the next step: %j', (said, text) => {
    expect(readDelivery(said as never, PACED)).toBe(text)
  })
})
