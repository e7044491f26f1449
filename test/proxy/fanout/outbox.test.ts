import { beforeEach, describe, expect, it } from 'vitest'
import { readable, tickMaker, variantOf } from './frames.ts'
import { A, B, C, HARD, OutboxRig, SIZE, STALL_MS } from './outboxrig.ts'

let rig: OutboxRig

beforeEach(() => {
  rig = new OutboxRig()
})

describe('an outbox', () => {
  it('hands over one write per turn, all frames in order', () => {
    for (const frame of [A(1), B(1), A(2)]) rig.outbox.offer(frame)
    rig.outbox.say('reply')
    expect(rig.kernel.writes).toEqual([])
    rig.endOfTurn()
    expect(rig.kernel.writes).toHaveLength(1)
    expect(rig.said).toEqual(['A 1', 'B 1', 'A 2', 'reply'])
    expect(rig.outbox.counts).toEqual({ delivered: 3, folded: 0, lost: 0, abandoned: 0 })
  })

  it('waits for the kernel before the next write, and loses nothing below the soft limit', () => {
    rig.block()
    rig.offerAll(A, 1, 2)
    rig.endOfTurn()
    expect(rig.said).toEqual([])
    expect(rig.outbox.counts.delivered).toBe(0)
    rig.kernel.take()
    expect(rig.said).toEqual(['A 1', 'A 2'])
  })

  it('counts as delivered what the kernel has taken whole, and no more', () => {
    rig.kernel.stop()
    rig.offerAll(A, 1, 3)
    rig.endOfTurn()
    expect(rig.outbox.counts.delivered).toBe(0)
    rig.kernel.take()
    expect(rig.outbox.counts.delivered).toBe(3)
  })

  it('hands over at most 64 KiB at a time, but a larger frame whole', () => {
    rig = new OutboxRig({ softBytes: 200_000 })
    for (const size of [30_000, 30_000, 70_000, 10]) rig.outbox.say('x'.repeat(size))
    rig.endOfTurn()
    expect(rig.kernel.writes.map(text => text.length)).toEqual([60_008, 70_010, 12])
  })

  it('hands over each frame by itself to a reader that needs it', () => {
    rig = new OutboxRig({ oneFramePerWrite: true })
    for (const frame of [A(1), B(1), C(1)]) rig.outbox.offer(frame)
    rig.endOfTurn()
    expect(rig.kernel.writes.map(readable)).toEqual([['A 1'], ['B 1'], ['C 1']])
  })

  it('does not fold a burst that the kernel takes at once', () => {
    rig.offerAll(A, 1, 40)
    rig.endOfTurn()
    expect(rig.said).toHaveLength(40)
    expect(rig.outbox.counts).toMatchObject({ delivered: 40, folded: 0 })
  })

  it('above the soft limit keeps the newest of each topic, and every reply', () => {
    rig.block()
    for (let ltp = 1; ltp <= 6; ltp++) {
      rig.outbox.offer(A(ltp))
      rig.outbox.offer(B(ltp))
    }
    rig.outbox.say('reply')
    for (const frame of [A(7), B(7)]) rig.outbox.offer(frame)
    rig.kernel.drain()
    expect(rig.said).toEqual(['reply', 'A 7 x7', 'B 7 x7'])
    expect(rig.outbox.counts).toEqual({ delivered: 2, folded: 12, lost: 0, abandoned: 0 })
  })

  it('keeps the place of a value that is renewed, so that a busy topic is not put off for ever', () => {
    rig.block()
    rig.offerAll(A, 1, 11)
    for (const frame of [B(1), C(1), A(99)]) rig.outbox.offer(frame)
    rig.kernel.drain()
    expect(rig.said).toEqual(['A 99 x12', 'B 1', 'C 1'])
  })

  it('never lets a value overtake a reply', () => {
    rig.block()
    rig.offerAll(A, 1, 11)
    rig.outbox.say('reply')
    for (const frame of [A(12), A(13)]) rig.outbox.offer(frame)
    rig.kernel.drain()
    expect(rig.said).toEqual(['reply', 'A 13 x13'])
  })

  it('begins to keep everything again once it has caught up', () => {
    rig.block()
    rig.offerAll(A, 1, 11)
    rig.kernel.drain()
    rig.block()
    rig.offerAll(A, 12, 13)
    rig.kernel.drain()
    expect(rig.said).toEqual(['A 12', 'A 13'])
  })

  it('says when it folds and when it has caught up, to who asked', () => {
    rig.grant({ slow: true })
    rig.block()
    rig.offerAll(A, 1, 11)
    rig.kernel.drain()
    rig.endOfTurn()
    expect(rig.said.filter(text => text.startsWith('{'))).toEqual([
      `{"type":"slow","state":"folding","waiting_bytes":${10 * SIZE + 1}}`,
      '{"type":"slow","state":"recovered","folded":10}',
    ])
  })

  it('gives up when what cannot be folded is above the hard limit', () => {
    rig.block()
    const reply = 'x'.repeat(SIZE - 4)
    for (let at = 0; at < 30; at++) rig.outbox.say(reply)
    expect(rig.reasons).toEqual([])
    rig.outbox.say(reply)
    expect(rig.reasons).toEqual([`has ${31 * SIZE} bytes waiting that cannot be folded`])
  })

  it('does not give up for the number of topics, nor for one large reply', () => {
    rig.block()
    for (let at = 0; at < 100; at++) rig.outbox.offer(tickMaker(variantOf(`T${at}`))(1))
    rig.kernel.drain()
    expect(rig.said).toHaveLength(100)
    rig.kernel.take()
    rig.outbox.say('x'.repeat(HARD + 1))
    rig.endOfTurn()
    rig.outbox.offer(A(1))
    rig.endOfTurn()
    expect(rig.reasons).toEqual([])
    expect(rig.said.slice(-1)).toEqual(['A 1'])
  })

  it('gives up when one write is not taken in time, and not before', () => {
    rig.block()
    rig.clock.advance(STALL_MS - 1)
    expect(rig.reasons).toEqual([])
    // It is looked at four times a second.
    rig.clock.advance(250)
    expect(rig.reasons).toEqual(['took no more of what was sent for 1 s'])
  })

  it('has as long for each write', () => {
    for (let round = 0; round < 3; round++) {
      rig.block()
      rig.clock.advance(STALL_MS - 1)
      rig.kernel.take()
    }
    rig.clock.advance(STALL_MS)
    expect(rig.reasons).toEqual([])
  })

  it('accounts for every tick at its end', () => {
    rig.offerAll(A, 1, 2)
    rig.endOfTurn()
    rig.kernel.stop()
    rig.offerAll(B, 1, 3)
    rig.endOfTurn()
    rig.offerAll(A, 3, 13)
    rig.outbox.close()
    rig.outbox.offer(A(14))
    expect(rig.outbox.counts).toEqual({ delivered: 2, folded: 10, lost: 0, abandoned: 5 })
    rig.kernel.take()
    expect(rig.outbox.counts.delivered).toBe(2)
  })

  it('is over when the kernel refuses', () => {
    rig.kernel.stop()
    rig.outbox.offer(A(1))
    rig.endOfTurn()
    rig.outbox.offer(B(1))
    rig.kernel.take(new Error('broken pipe'))
    expect(rig.outbox.counts).toMatchObject({ delivered: 0, abandoned: 2 })
    expect(rig.reasons).toEqual([])
  })

  it('gives the ticks of a write as one array, replies apart, to who asked', () => {
    rig.grant({ batch: true })
    for (const frame of [A(1), B(1)]) rig.outbox.offer(frame)
    rig.outbox.say('reply')
    rig.outbox.offer(C(1))
    rig.endOfTurn()
    expect(rig.said).toEqual(['[A 1, B 1]', 'reply', '[C 1]'])
    expect(rig.outbox.counts.delivered).toBe(3)
  })

  it('lets a newer value take the place of an older one that waits, where only the newest is wanted', () => {
    rig.outbox.offer(B(1))
    for (const frame of [A(1), A(2)]) rig.outbox.renew(frame, 0)
    rig.outbox.offer(B(2))
    rig.outbox.renew(A(3), 4)
    rig.endOfTurn()
    expect(rig.said).toEqual(['B 1', 'A 3 x7', 'B 2'])
    expect(rig.outbox.counts).toMatchObject({ delivered: 3, folded: 2 })
  })

  it('goes on counting what is folded into a frame that was counted, and did not get its turn', () => {
    const big = new OutboxRig({ softBytes: 200_000 })
    const [long, counted] = [{ count: true, symbol: 'x'.repeat(20_000) }, { count: true }] as const
    const makers = [1, 2, 3, 4].map(nth => tickMaker(variantOf(`L${nth}`, long)))
    const last = tickMaker(variantOf('A', counted))
    big.block()
    for (const make of [...makers, last]) for (const ltp of [1, 2, 3]) big.outbox.renew(make(ltp), 0)
    big.kernel.take()
    big.outbox.renew(last(4), 0)
    big.kernel.drain()
    expect(big.said.at(-1)).toBe('A 4 x4')
  })

  it('folds nothing into what is wanted in another way since, nor before it', () => {
    const source = variantOf('A', { count: true })
    const make = tickMaker(source)
    rig.block()
    rig.outbox.renew(make(1), 0)
    rig.outbox.settle(source)
    rig.outbox.offer(make(2))
    rig.outbox.settle(source)
    for (const ltp of [3, 4]) rig.outbox.renew(make(ltp), 0)
    rig.kernel.drain()
    expect(rig.said).toEqual(['A 1', 'A 2', 'A 4 x2'])
  })
})
