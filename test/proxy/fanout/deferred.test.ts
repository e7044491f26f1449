import { beforeEach, describe, expect, it } from 'vitest'
import { A, B, HARD, OutboxRig, STALL_MS } from './outboxrig.ts'

let rig: OutboxRig

beforeEach(() => {
  rig = new OutboxRig({ isDeferred: true })
  // As TLS: whatever room there is, every write is confirmed later.
  rig.kernel.stop()
})

const PATIENCE_MS = 100

describe('an outbox of a socket that confirms every write later', () => {
  it('has one write under way, and sends what came meanwhile in the next, in order', () => {
    rig.offerAll(A, 1, 2)
    rig.endOfTurn()
    rig.offerAll(A, 3, 4)
    rig.endOfTurn()
    expect(rig.said).toEqual(['A 1', 'A 2'])
    expect(rig.outbox.counts.delivered).toBe(0)
    rig.kernel.take()
    expect(rig.said).toEqual(['A 1', 'A 2', 'A 3', 'A 4'])
    expect(rig.outbox.counts.delivered).toBe(2)
  })

  it('asks for the end of each write once, and sends no empty one', () => {
    let writes = 0
    const { write } = rig.kernel
    rig.kernel.write = (...args) => {
      writes++
      return write(...args)
    }
    rig.offerAll(A, 1, 2)
    rig.endOfTurn()
    rig.kernel.take()
    expect(writes).toBe(1)
  })

  it('takes a burst above the limits for no sign of a slow client while the write is young', () => {
    rig.outbox.offer(A(1))
    rig.endOfTurn()
    rig.offerAll(B, 1, 100)
    for (let sent = 0; sent < 2 * HARD; sent += 100) rig.outbox.say('x'.repeat(100))
    rig.clock.advance(PATIENCE_MS - 1)
    rig.outbox.offer(B(101))
    expect(rig.outbox.counts.folded).toBe(0)
    expect(rig.reasons).toEqual([])
  })

  it('folds, and gives up, once the write takes too long', () => {
    rig.outbox.offer(A(1))
    rig.endOfTurn()
    rig.offerAll(B, 1, 100)
    rig.clock.advance(PATIENCE_MS)
    rig.outbox.offer(B(101))
    expect(rig.outbox.counts.folded).toBe(100)
    rig.clock.advance(STALL_MS)
    expect(rig.reasons).toHaveLength(1)
  })
})
