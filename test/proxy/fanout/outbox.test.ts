import { beforeEach, describe, expect, it } from 'vitest'
import { Outbox } from '../../../proxy/fanout/outbox.ts'
import { Turn } from '../../../proxy/fanout/turn.ts'
import { CLASSIC, type Features } from '../../../proxy/features.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { readable, tickMaker, variantOf } from './frames.ts'
import { Kernel } from './kernel.ts'

const STALL_MS = 1000
const COUNTED = { count: true }
const [A, B, C] = [
  tickMaker(variantOf('A', COUNTED)),
  tickMaker(variantOf('B', COUNTED)),
  tickMaker(variantOf('C', COUNTED)),
]
/** Bytes of one tick with a price of one digit. */
const SIZE = A(1).size
const SOFT = 10 * SIZE
const HARD = 30 * SIZE

let clock: ManualClock
let kernel: Kernel
let turn: Turn
let outbox: Outbox
let reasons: string[]

function start(options: { oneFramePerWrite?: boolean; queueTotalBytes?: number; softBytes?: number } = {}): void {
  clock = new ManualClock()
  kernel = new Kernel()
  reasons = []
  turn = new Turn(clock, { flushMaxMs: 0, queueTotalBytes: options.queueTotalBytes ?? 1_000_000 })
  outbox = open(kernel, reasons, options)
}

function open(
  kernel: Kernel,
  reasons: string[],
  { oneFramePerWrite = false, softBytes = SOFT }: { oneFramePerWrite?: boolean; softBytes?: number } = {},
): Outbox {
  const one: Outbox = new Outbox({
    sink: kernel.sink,
    limits: { softBytes, hardBytes: Math.max(HARD, softBytes), stallMs: STALL_MS },
    clock,
    turn,
    oneFramePerWrite,
    onGivenUp: why => {
      reasons.push(why)
      one.close()
    },
  })
  return one
}

beforeEach(() => start())

const endOfTurn = () => clock.advance(0)
const said = () => kernel.writes.flatMap(readable)
const grant = (features: Partial<Features>) => {
  outbox.features = { ...CLASSIC, ...features }
}
/** A write the kernel does not take, so that whatever follows has to wait. */
const block = () => {
  kernel.stop()
  outbox.say('.')
  endOfTurn()
  kernel.writes.length = 0
}
const offerAll = (make: typeof A, from: number, to: number) => {
  for (let ltp = from; ltp <= to; ltp++) outbox.offer(make(ltp))
}

describe('an outbox', () => {
  it('hands over one write per turn, all frames in order', () => {
    for (const frame of [A(1), B(1), A(2)]) outbox.offer(frame)
    outbox.say('reply')
    expect(kernel.writes).toEqual([])
    endOfTurn()
    expect(kernel.writes).toHaveLength(1)
    expect(said()).toEqual(['A 1', 'B 1', 'A 2', 'reply'])
    expect(outbox.counts).toEqual({ delivered: 3, folded: 0, lost: 0, abandoned: 0 })
  })

  it('waits for the kernel before the next write, and loses nothing below the soft limit', () => {
    block()
    offerAll(A, 1, 2)
    endOfTurn()
    expect(said()).toEqual([])
    expect(outbox.counts.delivered).toBe(0)
    kernel.take()
    expect(said()).toEqual(['A 1', 'A 2'])
  })

  it('counts as delivered what the kernel has taken whole, and no more', () => {
    kernel.stop()
    offerAll(A, 1, 3)
    endOfTurn()
    expect(outbox.counts.delivered).toBe(0)
    kernel.take()
    expect(outbox.counts.delivered).toBe(3)
  })

  it('hands over at most 64 KiB at a time, but a larger frame whole', () => {
    start({ softBytes: 200_000 })
    for (const size of [30_000, 30_000, 70_000, 10]) outbox.say('x'.repeat(size))
    endOfTurn()
    expect(kernel.writes.map(text => text.length)).toEqual([60_008, 70_010, 12])
  })

  it('hands over each frame by itself to a reader that needs it', () => {
    start({ oneFramePerWrite: true })
    for (const frame of [A(1), B(1), C(1)]) outbox.offer(frame)
    endOfTurn()
    expect(kernel.writes.map(readable)).toEqual([['A 1'], ['B 1'], ['C 1']])
  })

  it('does not fold a burst that the kernel takes at once', () => {
    offerAll(A, 1, 40)
    endOfTurn()
    expect(said()).toHaveLength(40)
    expect(outbox.counts).toMatchObject({ delivered: 40, folded: 0 })
  })

  it('above the soft limit keeps the newest of each topic, and every reply', () => {
    block()
    for (let ltp = 1; ltp <= 6; ltp++) {
      outbox.offer(A(ltp))
      outbox.offer(B(ltp))
    }
    outbox.say('reply')
    for (const frame of [A(7), B(7)]) outbox.offer(frame)
    kernel.drain()
    expect(said()).toEqual(['reply', 'A 7 x7', 'B 7 x7'])
    expect(outbox.counts).toEqual({ delivered: 2, folded: 12, lost: 0, abandoned: 0 })
  })

  it('keeps the place of a value that is renewed, so that a busy topic is not put off for ever', () => {
    block()
    offerAll(A, 1, 11)
    for (const frame of [B(1), C(1), A(99)]) outbox.offer(frame)
    kernel.drain()
    expect(said()).toEqual(['A 99 x12', 'B 1', 'C 1'])
  })

  it('never lets a value overtake a reply', () => {
    block()
    offerAll(A, 1, 11)
    outbox.say('reply')
    for (const frame of [A(12), A(13)]) outbox.offer(frame)
    kernel.drain()
    expect(said()).toEqual(['reply', 'A 13 x13'])
  })

  it('begins to keep everything again once it has caught up', () => {
    block()
    offerAll(A, 1, 11)
    kernel.drain()
    block()
    offerAll(A, 12, 13)
    kernel.drain()
    expect(said()).toEqual(['A 12', 'A 13'])
  })

  it('says when it folds and when it has caught up, to who asked', () => {
    grant({ slow: true })
    block()
    offerAll(A, 1, 11)
    kernel.drain()
    endOfTurn()
    expect(said().filter(text => text.startsWith('{'))).toEqual([
      `{"type":"slow","state":"folding","waiting_bytes":${10 * SIZE + 1}}`,
      '{"type":"slow","state":"recovered","folded":10}',
    ])
  })

  it('gives up when what cannot be folded is above the hard limit', () => {
    block()
    const reply = 'x'.repeat(SIZE - 4)
    for (let at = 0; at < 30; at++) outbox.say(reply)
    expect(reasons).toEqual([])
    outbox.say(reply)
    expect(reasons).toEqual([`has ${31 * SIZE} bytes waiting that cannot be folded`])
  })

  it('does not give up for the number of topics, nor for one large reply', () => {
    block()
    for (let at = 0; at < 100; at++) outbox.offer(tickMaker(variantOf(`T${at}`))(1))
    kernel.drain()
    expect(said()).toHaveLength(100)
    kernel.take()
    outbox.say('x'.repeat(HARD + 1))
    endOfTurn()
    outbox.offer(A(1))
    endOfTurn()
    expect(reasons).toEqual([])
    expect(said().slice(-1)).toEqual(['A 1'])
  })

  it('gives up when one write is not taken in time, and not before', () => {
    block()
    clock.advance(STALL_MS - 1)
    expect(reasons).toEqual([])
    // It is looked at four times a second.
    clock.advance(250)
    expect(reasons).toEqual(['took nothing for 1 s'])
  })

  it('has as long for each write', () => {
    for (let round = 0; round < 3; round++) {
      block()
      clock.advance(STALL_MS - 1)
      kernel.take()
    }
    clock.advance(STALL_MS)
    expect(reasons).toEqual([])
  })

  it('accounts for every tick at its end', () => {
    offerAll(A, 1, 2)
    endOfTurn()
    kernel.stop()
    offerAll(B, 1, 3)
    endOfTurn()
    offerAll(A, 3, 13)
    outbox.close()
    outbox.offer(A(14))
    expect(outbox.counts).toEqual({ delivered: 2, folded: 10, lost: 0, abandoned: 5 })
    kernel.take()
    expect(outbox.counts.delivered).toBe(2)
  })

  it('is over when the kernel refuses', () => {
    kernel.stop()
    outbox.offer(A(1))
    endOfTurn()
    outbox.offer(B(1))
    kernel.take(new Error('broken pipe'))
    expect(outbox.counts).toMatchObject({ delivered: 0, abandoned: 2 })
    expect(reasons).toEqual([])
  })

  it('gives the ticks of a write as one array, replies apart, to who asked', () => {
    grant({ batch: true })
    for (const frame of [A(1), B(1)]) outbox.offer(frame)
    outbox.say('reply')
    outbox.offer(C(1))
    endOfTurn()
    expect(said()).toEqual(['[A 1, B 1]', 'reply', '[C 1]'])
    expect(outbox.counts.delivered).toBe(3)
  })

  it('lets a newer value take the place of an older one that waits, where only the newest is wanted', () => {
    outbox.offer(B(1))
    for (const frame of [A(1), A(2)]) outbox.renew(frame, 0)
    outbox.offer(B(2))
    outbox.renew(A(3), 4)
    endOfTurn()
    expect(said()).toEqual(['B 1', 'A 3 x7', 'B 2'])
    expect(outbox.counts).toMatchObject({ delivered: 3, folded: 2 })
  })
})

describe('all outboxes together', () => {
  it('give up the one with the most waiting when it is too much', () => {
    start({ queueTotalBytes: 12 * SIZE })
    const other = { kernel: new Kernel(), reasons: [] as string[] }
    const second = open(other.kernel, other.reasons)
    block()
    other.kernel.stop()
    second.say('.')
    endOfTurn()
    for (let ltp = 1; ltp <= 3; ltp++) second.offer(B(ltp))
    offerAll(A, 1, 8)
    expect([reasons, other.reasons]).toEqual([[], []])
    second.offer(B(4))
    expect(reasons).toEqual(['all clients together have too much waiting, and this one most'])
    expect(other.reasons).toEqual([])
    expect(turn.waiting).toBe(second.bytes)
  })

  it('share a write where the same frames wait, and each get their own where not', () => {
    const kernels = [new Kernel(), new Kernel(), new Kernel()]
    const outboxes = kernels.map(one => open(one, []))
    const frames = [A(1), B(1)]
    for (const one of outboxes) for (const frame of frames) one.offer(frame)
    outboxes[1]?.offer(C(1))
    endOfTurn()
    expect(kernels.map(one => one.writes.flatMap(readable))).toEqual([
      ['A 1', 'B 1'],
      ['A 1', 'B 1', 'C 1'],
      ['A 1', 'B 1'],
    ])
  })

  it('never spoil bytes the kernel still reads', () => {
    const held: Buffer[] = []
    const lazy = new Kernel()
    const write = lazy.write
    lazy.stop()
    lazy.write = (bytes, taken) => {
      held.push(bytes as Buffer)
      return write(bytes, taken)
    }
    const slow = open(lazy, [])
    for (const frame of [A(1), A(2)]) slow.offer(frame)
    for (const frame of [B(1), B(2), B(3)]) outbox.offer(frame)
    endOfTurn()
    expect(held.flatMap(bytes => readable(bytes.toString('latin1')))).toEqual(['A 1', 'A 2'])
    for (const frame of [B(4), B(5), B(6)]) outbox.offer(frame)
    endOfTurn()
    expect(held.flatMap(bytes => readable(bytes.toString('latin1')))).toEqual(['A 1', 'A 2'])
    expect(said()).toEqual(['B 1', 'B 2', 'B 3', 'B 4', 'B 5', 'B 6'])
  })
})
