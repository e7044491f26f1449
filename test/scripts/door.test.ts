import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { choose, type Desk, Door } from '../../scripts/door.ts'
import { ManualClock } from '../../shared/clock.ts'
import { eventually } from '../support/system.ts'
import { openTurnstile } from '../support/turnstile.ts'

const desk = (id: number, clients: number, rest: Partial<Desk> = {}): Desk => ({
  id,
  clients,
  visits: new Map(),
  pending: undefined,
  silent: false,
  overdue: () => {},
  ...rest,
})
const pending = { number: 0, socket: undefined as unknown as Socket, visit: { end: () => {} }, at: 0 }

describe('the choice of a worker', () => {
  it('falls on the one with the fewest clients', () => {
    expect(choose([desk(1, 5), desk(2, 3), desk(3, 4)])?.id).toBe(2)
  })

  it('passes over one that has not answered yet, or has let a connection lie', () => {
    expect(choose([desk(1, 5), desk(2, 3, { pending })])?.id).toBe(1)
    expect(choose([desk(1, 500), desk(2, 3, { pending, silent: true })])?.id).toBe(1)
    expect(choose([desk(1, 5, { pending })])).toBeUndefined()
    expect(choose([])).toBeUndefined()
  })

  it('waits for the emptiest rather than fill a quick one far beyond it', () => {
    expect(choose([desk(1, 11), desk(2, 3, { pending })])?.id).toBe(1)
    expect(choose([desk(1, 12), desk(2, 3, { pending })])).toBeUndefined()
    expect(choose([desk(1, 1100), desk(2, 1000, { pending })])?.id).toBe(1)
    expect(choose([desk(1, 1101), desk(2, 1000, { pending })])).toBeUndefined()
  })

  it('spreads a thousand clients about evenly, whoever is quick', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1 }), busy => {
        const [quick, slow] = [desk(1, 0), desk(2, 0)]
        for (let nth = 0; nth < 1000; nth++) {
          slow.pending = busy[nth % busy.length] ? pending : undefined
          // Nobody chosen: it waits until the slow one is done.
          const chosen = choose([quick, slow])?.id === 1 ? quick : slow
          chosen.clients++
        }
        expect(Math.abs(quick.clients - slow.clients)).toBeLessThan(100)
      }),
      { numRuns: 50 },
    )
  })
})

/** A door on a free port, and what it gave to whom. */
async function open(limits: Parameters<typeof openTurnstile>[1] = {}) {
  const clock = new ManualClock()
  const given: { id: number; number: number; socket: Socket }[] = []
  const door = new Door({
    clock,
    log: pino({ enabled: false }),
    turnstile: openTurnstile(clock, limits),
    give: (id, message, socket) => {
      if (message.kind === 'connection') given.push({ id, number: message.number, socket })
      return true
    },
  })
  onTestFinished(() => door.close())
  const { port } = await door.listen({ host: '127.0.0.1', port: 0 })
  const call = () => {
    const client = connect(port, '127.0.0.1')
    const state = { ended: false, text: '' }
    client.on('error', () => {})
    client.on('close', () => {
      state.ended = true
    })
    client.on('data', bytes => {
      state.text += String(bytes)
    })
    onTestFinished(() => void client.destroy())
    return state
  }
  const numbers = () => given.map(({ id, number }) => [id, number])
  return { clock, door, given, call, numbers }
}

describe('the door', () => {
  it('keeps who comes before any worker is ready, and hands on in the order they came', async () => {
    const { door, given, call, numbers } = await open()
    call()
    await eventually(() => door.waiting === 1)
    call()
    await eventually(() => door.waiting === 2)
    door.open(1)
    door.open(2)
    expect(numbers()).toEqual([
      [1, 0],
      [2, 1],
    ])
    expect(given.every(({ socket }) => socket.bytesRead === 0 && !socket.destroyed)).toBe(true)
  })

  it('lets go of its own hold once a worker has taken the connection', async () => {
    const { door, given, call } = await open()
    door.open(1)
    call()
    await eventually(() => given.length === 1)
    expect(given[0]?.socket.destroyed).toBe(false)
    door.answered(1, 0, true)
    expect(given[0]?.socket.destroyed).toBe(true)
  })

  it('gives to another what a worker let lie for a second, and nothing more to that one before it speaks', async () => {
    const { clock, door, given, call, numbers } = await open()
    door.open(1)
    call()
    await eventually(() => given.length === 1)
    door.open(2)
    clock.advance(999)
    expect(given).toHaveLength(1)
    clock.advance(1)
    expect(numbers()).toEqual([
      [1, 0],
      [2, 0],
    ])
    door.answered(2, 0, true)
    for (let nth = 1; nth <= 3; nth++) {
      call()
      await eventually(() => given.length === nth + 2)
      door.answered(2, nth, true)
    }
    expect(given.slice(2).map(({ id }) => id)).toEqual([2, 2, 2])
    door.answered(1, 0, false)
    expect([given.length, door.waiting]).toEqual([5, 0])
    call()
    await eventually(() => given.length === 6)
    expect(given.at(-1)?.id).toBe(1)
  })

  it('gives at once to another what a worker refused, or had not taken when it died', async () => {
    const { door, given, call, numbers } = await open()
    door.open(1)
    call()
    await eventually(() => given.length === 1)
    door.answered(1, 0, true)
    call()
    await eventually(() => given.length === 2)
    door.open(2)
    door.answered(1, 1, false)
    door.shut(2)
    expect(numbers()).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [1, 1],
    ])
  })

  it('believes a worker that takes late what nobody else has been given yet', async () => {
    const { clock, door, given, call } = await open()
    door.open(1)
    call()
    await eventually(() => given.length === 1)
    clock.advance(1000)
    expect(door.waiting).toBe(1)
    door.answered(1, 0, true)
    expect(door.waiting).toBe(0)
    expect(given[0]?.socket.destroyed).toBe(true)
  })

  it('sends away who has waited ten seconds for a worker', async () => {
    const { clock, door, call } = await open()
    const client = call()
    await eventually(() => door.waiting === 1)
    clock.advance(12_000)
    await eventually(() => client.ended)
    expect(door.waiting).toBe(0)
  })

  it('sends away whom an address has too many of, and takes others again when a worker that had them dies', async () => {
    const { door, given, call } = await open({ connectionsPerAddress: 2 })
    door.open(1)
    for (let nth = 0; nth < 2; nth++) {
      call()
      await eventually(() => given.length === nth + 1)
      door.answered(1, nth, true)
    }
    const third = call()
    await eventually(() => third.text.startsWith('HTTP/1.1 429 '))
    expect([given.length, door.waiting]).toEqual([2, 0])
    door.left(1, [0])
    call()
    await eventually(() => given.length === 3)
    door.answered(1, 2, true)
    door.shut(1)
    door.open(2)
    call()
    call()
    await eventually(() => given.length === 4 && door.waiting === 1)
  })

  it('lets go of everybody when it closes', async () => {
    const { door, given, call } = await open()
    door.open(1)
    const clients = [call(), call()]
    await eventually(() => given.length === 1 && door.waiting === 1)
    door.close()
    await eventually(() => clients.every(({ ended }) => ended))
  })
})
