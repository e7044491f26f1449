import { beforeEach, describe, expect, it } from 'vitest'
import { readable } from './frames.ts'
import { A, B, C, OutboxRig, SIZE } from './outboxrig.ts'

let rig: OutboxRig

beforeEach(() => {
  rig = new OutboxRig()
})

describe('all outboxes together', () => {
  it('give up the one with the most waiting when it is too much', () => {
    rig = new OutboxRig({ queueTotalBytes: 12 * SIZE })
    const second = rig.open()
    rig.block()
    rig.block(second)
    for (let ltp = 1; ltp <= 3; ltp++) second.outbox.offer(B(ltp))
    rig.offerAll(A, 1, 8)
    expect([rig.reasons, second.reasons]).toEqual([[], []])
    second.outbox.offer(B(4))
    expect(rig.reasons).toEqual(['all clients together have too much waiting, and this one most'])
    expect(second.reasons).toEqual([])
    expect(rig.turn.waiting).toBe(second.outbox.bytes)
  })

  it('share a write where the same frames wait, and each get their own where not', () => {
    const posts = [rig.open(), rig.open(), rig.open()]
    const frames = [A(1), B(1)]
    for (const { outbox } of posts) for (const frame of frames) outbox.offer(frame)
    posts[1]?.outbox.offer(C(1))
    rig.endOfTurn()
    expect(posts.map(({ kernel }) => kernel.writes.flatMap(readable))).toEqual([
      ['A 1', 'B 1'],
      ['A 1', 'B 1', 'C 1'],
      ['A 1', 'B 1'],
    ])
  })

  it('never spoil bytes the kernel still reads', () => {
    const { outbox: slow, kernel: lazy } = rig.open()
    const held: Buffer[] = []
    const { write } = lazy
    lazy.stop()
    lazy.write = (bytes, taken) => {
      held.push(bytes as Buffer)
      return write(bytes, taken)
    }
    const seen = () => held.flatMap(bytes => readable(bytes.toString('latin1')))
    for (const frame of [A(1), A(2)]) slow.offer(frame)
    for (const frame of [B(1), B(2), B(3)]) rig.outbox.offer(frame)
    rig.endOfTurn()
    expect(seen()).toEqual(['A 1', 'A 2'])
    for (const frame of [B(4), B(5), B(6)]) rig.outbox.offer(frame)
    rig.endOfTurn()
    expect(seen()).toEqual(['A 1', 'A 2'])
    expect(rig.said).toEqual(['B 1', 'B 2', 'B 3', 'B 4', 'B 5', 'B 6'])
  })
})

describe('rounds of writes', () => {
  /** A kernel for which every write takes so long. */
  const costly = (ms: number) => {
    const post = rig.open()
    const { write } = post.kernel
    post.kernel.write = (bytes, taken) => {
      rig.clock.freeze(ms)
      return write(bytes, taken)
    }
    return post
  }

  it('begin at once when nothing was written lately', () => {
    rig = new OutboxRig({ flushMaxMs: 50 })
    rig.outbox.offer(A(1))
    rig.endOfTurn()
    expect(rig.said).toEqual(['A 1'])
  })

  it('pause a quarter of what the last one took, so that each write carries more', () => {
    rig = new OutboxRig({ flushMaxMs: 50 })
    const { outbox, kernel } = costly(16)
    outbox.offer(A(1))
    rig.endOfTurn()
    for (const frame of [A(2), A(3)]) outbox.offer(frame)
    rig.clock.advance(3)
    outbox.offer(A(4))
    expect(kernel.writes.map(readable)).toEqual([['A 1']])
    rig.clock.advance(1)
    expect(kernel.writes.map(readable)).toEqual([['A 1'], ['A 2', 'A 3', 'A 4']])
  })

  it('pause no longer than they may', () => {
    rig = new OutboxRig({ flushMaxMs: 10 })
    const { outbox, kernel } = costly(100)
    outbox.offer(A(1))
    rig.endOfTurn()
    outbox.offer(A(2))
    rig.clock.advance(10)
    expect(kernel.writes.map(readable)).toEqual([['A 1'], ['A 2']])
  })

  it('let others work when there are many clients, and go on where they were', () => {
    const posts = Array.from({ length: 100 }, () => costly(1))
    for (const { outbox } of posts) outbox.offer(A(1))
    const order: string[] = []
    rig.clock.soon(() => order.push(`others, after ${posts.filter(({ kernel }) => kernel.writes.length > 0).length}`))
    rig.clock.advance(500)
    expect(posts.every(({ kernel }) => kernel.writes.length === 1)).toBe(true)
    expect(order).toEqual(['others, after 32'])
  })
})
