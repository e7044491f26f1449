import { beforeEach, describe, expect, it } from 'vitest'
import { Outbox, Turn } from '../../proxy/outbox.ts'
import { ManualClock } from '../../shared/clock.ts'

const SOFT = 100
const HARD = 300
const STALL_MS = 1000

/** A kernel that takes a write when it is told to. */
class Kernel {
  readonly writes: string[] = []
  #taken: ((error?: Error) => void) | undefined

  write = (bytes: Buffer, taken: (error?: Error) => void): boolean => {
    this.writes.push(bytes.toString())
    this.#taken = taken
    return true
  }

  take(error?: Error): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.(error)
  }

  /** Takes everything there is and will be. */
  drain(): string {
    while (this.#taken) this.take()
    return this.writes.join('')
  }
}

let clock: ManualClock
let kernel: Kernel
let outbox: Outbox
let reasons: string[]

function start(oneFramePerWrite = false): void {
  clock = new ManualClock()
  kernel = new Kernel()
  reasons = []
  const limits = { softBytes: SOFT, hardBytes: HARD, stallMs: STALL_MS }
  const giveUp = (why: string) => {
    reasons.push(why)
    outbox.close()
  }
  // Only `write` is used of a socket, in this one form.
  const sink = kernel as unknown as ConstructorParameters<typeof Outbox>[0]['sink']
  outbox = new Outbox({ sink, limits, clock, turn: new Turn(clock), oneFramePerWrite, giveUp })
}

beforeEach(() => start())

const [A, B, C] = [{ topic: 'A' }, { topic: 'B' }, { topic: 'C' }]
const say = (text: string, topic?: object) => outbox.offer(Buffer.from(text), topic)
const endOfTurn = () => clock.advance(0)
/** A write the kernel does not take, so that whatever follows has to wait. */
const block = () => {
  say('.')
  endOfTurn()
}
const ten = (name: string) => name.padEnd(10, '-')

describe('an outbox', () => {
  it('hands over one write per turn, all frames in order', () => {
    for (const text of ['a1', 'b1', 'a2']) say(text, A)
    say('reply')
    expect(kernel.writes).toEqual([])
    endOfTurn()
    expect(kernel.writes).toEqual(['a1b1a2reply'])
    kernel.take()
    expect(outbox.counts).toEqual({ delivered: 4, folded: 0, abandoned: 0 })
  })

  it('waits for the kernel before the next write, and loses nothing below the soft limit', () => {
    block()
    for (const text of ['a1', 'a2']) say(text, A)
    endOfTurn()
    expect(kernel.writes).toEqual(['.'])
    expect(outbox.bytes).toBe(4)
    kernel.take()
    expect(kernel.writes).toEqual(['.', 'a1a2'])
  })

  it('hands over at most 64 KiB at a time, but a larger frame whole', () => {
    for (const size of [40_000, 40_000, 70_000, 10]) say('x'.repeat(size))
    endOfTurn()
    kernel.drain()
    expect(kernel.writes.map(text => text.length)).toEqual([40_000, 40_000, 70_000, 10])
  })

  it('hands over each frame by itself to a reader that needs it', () => {
    start(true)
    for (const text of ['a', 'b', 'c']) say(text)
    endOfTurn()
    kernel.drain()
    expect(kernel.writes).toEqual(['a', 'b', 'c'])
  })

  it('does not fold a burst that the kernel takes at once', () => {
    for (let at = 0; at < 30; at++) say(ten(`a${at}`), A)
    endOfTurn()
    expect(kernel.writes[0]).toHaveLength(300)
    expect(outbox.counts.folded).toBe(0)
  })

  it('above the soft limit keeps the newest of each topic, and every reply', () => {
    block()
    for (let at = 1; at <= 6; at++) {
      say(ten(`a${at}`), A)
      say(ten(`b${at}`), B)
    }
    say(ten('reply'))
    say(ten('a7'), A)
    expect(outbox.bytes).toBe(30)
    say(ten('b7'), B)
    expect(kernel.drain()).toBe(`.${ten('reply')}${ten('a7')}${ten('b7')}`)
    expect(outbox.counts).toEqual({ delivered: 4, folded: 12, abandoned: 0 })
  })

  it('keeps the place of a value that is renewed, so that a busy topic is not put off for ever', () => {
    block()
    for (let at = 0; at < 11; at++) say(ten(`a${at}`), A)
    for (const [name, topic] of [['b1', B] as const, ['c1', C] as const, ['a99', A] as const]) say(ten(name), topic)
    expect(kernel.drain()).toBe(`.${ten('a99')}${ten('b1')}${ten('c1')}`)
  })

  it('never lets a value overtake a reply', () => {
    block()
    for (let at = 0; at < 11; at++) say(ten(`a${at}`), A)
    say(ten('reply'))
    say(ten('new'), A)
    say(ten('newer'), A)
    expect(kernel.drain()).toBe(`.${ten('reply')}${ten('newer')}`)
  })

  it('begins to keep everything again once it has caught up', () => {
    block()
    for (let at = 0; at < 11; at++) say(ten(`a${at}`), A)
    kernel.drain()
    block()
    for (const text of ['a1', 'a2']) say(text, A)
    expect(kernel.drain()).toBe(`.${ten('a10')}.a1a2`)
  })

  it('gives up when what cannot be folded is above the hard limit', () => {
    block()
    for (let at = 0; at < 30; at++) say(ten('reply'))
    expect(reasons).toEqual([])
    say(ten('reply'))
    expect(reasons).toEqual(['too much waiting'])
    expect(outbox.counts).toEqual({ delivered: 0, folded: 0, abandoned: 32 })
  })

  it('does not give up for the number of topics, nor for one large reply', () => {
    block()
    for (let at = 0; at < 100; at++) say(ten(`t${at}`), { at })
    kernel.drain()
    say('x'.repeat(HARD + 1))
    endOfTurn()
    say(ten('a'), A)
    expect(reasons).toEqual([])
    expect(kernel.drain()).toHaveLength(1 + 1000 + HARD + 1 + 10)
  })

  it('gives up when one write is not taken in time, and not before', () => {
    block()
    clock.advance(STALL_MS - 1)
    expect(reasons).toEqual([])
    clock.advance(1)
    expect(reasons).toEqual(['stalled'])
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

  it('accounts for every frame at its end, whatever the kernel says of the last write', () => {
    for (const outcome of [undefined, new Error('reset')]) {
      start()
      say('a1', A)
      endOfTurn()
      kernel.take()
      block()
      for (let at = 0; at < 11; at++) say(ten(`a${at}`), A)
      say('reply')
      outbox.close()
      expect(outbox.counts).toEqual({ delivered: 1, folded: 10, abandoned: 3 })
      kernel.take(outcome)
      expect(outbox.counts).toEqual({ delivered: outcome ? 1 : 2, folded: 10, abandoned: outcome ? 3 : 2 })
      say('late')
      endOfTurn()
      expect(kernel.writes).toEqual(['a1', '.'])
    }
  })

  it('is over when the kernel refuses', () => {
    say('a')
    endOfTurn()
    say('b')
    kernel.take(new Error('broken pipe'))
    expect(outbox.counts).toEqual({ delivered: 0, folded: 0, abandoned: 2 })
    expect(reasons).toEqual([])
  })
})
