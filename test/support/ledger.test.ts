import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ledger } from './ledger.ts'

const TCS = { symbol: 'TCS', exchange: 'NSE', mode: 2 }
const TOPIC = 'NSE:TCS:2'

const frame = (seq: number, count = 1, epoch = 5) => ({
  type: 'market_data',
  ...TCS,
  seq,
  epoch,
  count,
  ...(count === 0 && { snapshot: true }),
})
const gap = (from: number, to?: number, epoch = 5) => ({
  type: 'gap',
  ...TCS,
  epoch,
  from,
  ...(to !== undefined && { to, lost: to - from + 1 }),
})

function ledgerOf(...messages: readonly object[]): Ledger {
  const ledger = new Ledger()
  for (const message of messages) ledger.read(JSON.stringify(message))
  return ledger
}

describe('a ledger that closes', () => {
  it.each<[what: string, messages: object[], account: object]>([
    ['ticks alone', [frame(1), frame(2)], { published: 2, delivered: 2, seq: 2 }],
    ['a snapshot first', [frame(40, 0), frame(41)], { published: 1, delivered: 1, repeated: 1 }],
    ['a first tick for many', [frame(40, 3), frame(41)], { published: 4, delivered: 2, folded: 2 }],
    ['a gap before the next tick', [frame(1), gap(2, 4), frame(5)], { published: 5, delivered: 2, lost: 3 }],
    ['a gap, then its last value', [frame(1), gap(2, 4), frame(4, 0)], { published: 4, delivered: 1, lost: 3 }],
    ['a gap, then silence', [frame(1), gap(2, 4)], { published: 4, lost: 3, seq: 4 }],
    ['a gap first', [gap(3, 4), frame(5)], { published: 3, delivered: 1, lost: 2 }],
    ['a gap inside a fold', [frame(1), gap(3, 4), frame(5, 2)], { published: 5, delivered: 2, folded: 1, lost: 2 }],
    ['two gaps', [frame(1), gap(2, 2), gap(4, 4), frame(6, 3)], { published: 6, delivered: 2, folded: 2, lost: 2 }],
    ['a snapshot again', [frame(1), frame(1, 0), frame(2)], { published: 2, delivered: 2, repeated: 1 }],
    ['a snapshot that goes back', [frame(9), frame(7, 0), frame(8)], { published: 2, delivered: 2, seq: 8 }],
    ['a new publisher', [frame(9), gap(10), frame(1, 1, 6)], { published: 2, openGaps: 1, epoch: 6, seq: 1 }],
    ['a batch', [[frame(1), frame(2)] as object, frame(3)], { published: 3, delivered: 3 }],
    ['other messages', [{ type: 'pong' }, { type: 'slow' }, frame(1)], { published: 1 }],
  ])('%s', (_, messages, account) => {
    const ledger = ledgerOf(...messages)
    expect(ledger.errors).toEqual([])
    expect(ledger.closes).toBe(true)
    expect(ledger.accounts.get(TOPIC)).toMatchObject(account)
  })

  it('begins anew when its client has left, and forgets what waited for it', () => {
    const ledger = ledgerOf(frame(1), gap(3, 4))
    expect(ledger.closes).toBe(false)
    ledger.leave(TOPIC)
    for (const message of [frame(90, 0), frame(91)]) ledger.read(message)
    expect(ledger).toMatchObject({ errors: [], closes: true, total: { published: 4, delivered: 2, lost: 2 } })
  })

  it('keeps topics apart, by exchange, symbol and mode', () => {
    const ledger = ledgerOf(
      frame(1),
      { ...frame(7), mode: 1 },
      { ...frame(3), exchange: 'BSE' },
      { ...frame(5), symbol: 'A' },
    )
    expect([...ledger.accounts.keys()]).toEqual([TOPIC, 'NSE:TCS:1', 'BSE:TCS:2', 'NSE:A:2'])
    expect(ledger).toMatchObject({ closes: true, total: { published: 4, delivered: 4 } })
  })
})

describe('a ledger that does not', () => {
  it.each<[error: string, messages: object[]]>([
    ['a frame without its place', [{ ...frame(1), seq: undefined }]],
    ['a frame without its place', [{ ...frame(1), epoch: '5' }]],
    ['a frame without its count', [{ ...frame(1), count: undefined }]],
    ['a frame without its count', [frame(3, -1)]],
    ['a frame without its count', [frame(3, 1.5)]],
    ['a frame stands for more than was published', [frame(3, 4)]],
    ['snapshot is true or absent', [{ ...frame(1), snapshot: false }]],
    ['a frame that is no news is no snapshot', [{ ...frame(1, 0), snapshot: undefined }]],
    ['1 publications are missing and were not told', [frame(1), frame(3)]],
    ['3 publications are missing and were not told', [frame(1), frame(4, 0)]],
    ['1 publications are missing and were not told', [frame(1), gap(3, 4), frame(5)]],
    ['1 publications are missing and were not told', [frame(9), gap(11), frame(1, 1, 6)]],
    ['1 publications are told twice', [frame(1), frame(1)]],
    ['2 publications are told twice', [frame(3), frame(4, 3)]],
    ['1 publications are told twice', [frame(1), gap(2, 4), frame(5, 2)]],
    ['the sequence goes back from 4 to 3', [frame(4), frame(3)]],
    ['the sequence goes back from 4 to 3', [frame(1), gap(2, 4), frame(3)]],
    ['a gap without its place', [{ ...gap(1, 2), epoch: undefined }]],
    ['a gap without its place', [gap(0, 2)]],
    ['a gap whose range and number do not agree', [frame(1), { ...gap(2, 4), lost: 2 }]],
    ['a gap whose range and number do not agree', [frame(1), { ...gap(2, 4), lost: undefined }]],
    ['a gap whose range and number do not agree', [frame(9), gap(12, 11)]],
    ['a gap from 4 overlaps what was told up to 4', [frame(4), gap(4, 6)]],
    ['a gap from 6 overlaps what was told up to 6', [frame(4), gap(5, 6), gap(6, 7)]],
    ['the epoch goes back from 5 to 4', [frame(4), frame(9, 1, 4)]],
    ['the epoch goes back from 5 to 4', [frame(4), gap(9, 9, 4)]],
    ['a new epoch without a gap at the end of the old one', [frame(4), frame(1, 1, 6)]],
    ['a publisher speaks that was replaced', [frame(4), gap(5), frame(6)]],
    ['a message of no topic', [{ ...frame(1), mode: 'Quote' }]],
    ['a message of no topic', [{ ...gap(1, 2), symbol: undefined }]],
    ['a batch is empty', [[]]],
    ['a batch holds more than ticks', [[frame(1), gap(2, 2)]]],
  ])('says why: %s', (error, messages) => {
    const ledger = ledgerOf(...messages)
    expect(ledger.errors).toEqual([expect.stringMatching(`^${error}: [{[]`)])
    expect(ledger.closes).toBe(false)
  })

  it('reports a hole once, and stays open', () => {
    const ledger = ledgerOf(frame(1), frame(3), frame(4), frame(5))
    expect(ledger.errors).toHaveLength(1)
    expect(ledger.accounts.get(TOPIC)).toMatchObject({ published: 5, delivered: 4, closes: false })
  })

  it('is open while a gap is told and the frames around it are not there yet', () => {
    expect(ledgerOf(frame(1), gap(3, 4))).toMatchObject({ errors: [], closes: false })
  })
})

describe('any honest stream', () => {
  /** What becomes of one publication. */
  const fates = fc.array(fc.constantFrom('delivered', 'folded', 'lost', 'repeated', 'replaced'), {
    minLength: 1,
    maxLength: 60,
  })

  function streamOf(list: readonly string[], start: number) {
    const messages: object[] = []
    const sums = { published: 0, delivered: 0, folded: 0, lost: 0, repeated: 0, openGaps: 0 }
    let [seq, count, lostFrom, epoch] = [start, 1, 0, 5]
    const tellLost = (upTo: number) => {
      if (lostFrom > 0) messages.push(gap(lostFrom, upTo, epoch))
      lostFrom = 0
    }
    messages.push(frame(seq, 0, epoch))
    sums.repeated++
    for (const fate of [...list, 'delivered']) {
      if (fate === 'repeated' || fate === 'replaced') {
        // Neither overtakes what waits.
        if (count > 1 || lostFrom > 0) continue
        if (fate === 'repeated') {
          messages.push(frame(seq, 0, epoch))
          sums.repeated++
        } else {
          messages.push(gap(seq + 1, undefined, epoch++), frame(0, 0, epoch))
          sums.openGaps++
          sums.repeated++
          seq = 0
        }
        continue
      }
      seq++
      sums.published++
      sums[fate as 'lost']++
      if (fate === 'lost') lostFrom ||= seq
      else tellLost(seq - 1)
      if (fate === 'folded') count++
      if (fate === 'delivered') {
        messages.push(frame(seq, count, epoch))
        count = 1
      }
    }
    return { messages, sums }
  }

  it('closes to the number', () => {
    fc.assert(
      fc.property(fates, fc.nat(1000), (list, start) => {
        const { messages, sums } = streamOf(list, start)
        const ledger = ledgerOf(...messages)
        expect(ledger).toMatchObject({ errors: [], closes: true, total: sums })
      }),
    )
  })

  // The first message sets the start and the last one the end: only between them can nothing go unseen.
  it('does not, once a message that counts is taken out, said twice, or says one more', () => {
    fc.assert(
      fc.property(fates, fc.nat(), fc.constantFrom('taken', 'twice', 'more'), (list, at, how) => {
        const { messages } = streamOf(list, 100)
        const counting = messages.flatMap((message, nth) =>
          'count' in message && message.count !== 0 && nth < messages.length - 1 ? [nth] : [],
        )
        fc.pre(counting.length > 0)
        const nth = counting[at % counting.length] as number
        const one = messages[nth] as ReturnType<typeof frame>
        const instead = { taken: [], twice: [one, one], more: [{ ...one, count: one.count + 1 }] }[how]
        expect(ledgerOf(...messages.toSpliced(nth, 1, ...instead)).closes).toBe(false)
      }),
    )
  })
})
