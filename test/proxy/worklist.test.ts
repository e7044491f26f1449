import { beforeEach, describe, expect, it } from 'vitest'
import { type Job, Worklist, Workshop } from '../../proxy/worklist.ts'
import { ManualClock } from '../../shared/clock.ts'

let clock: ManualClock
let workshop: Workshop
let done: string[]
let busy: string[]

beforeEach(() => {
  clock = new ManualClock()
  workshop = new Workshop(clock, { turnMs: 3, sliceMs: 1 })
  done = []
  busy = []
})

const client = (name: string) =>
  new Worklist(
    clock,
    workshop,
    now => busy.push(now ? `${name} is busy` : `${name} is free`),
    error => busy.push(`${name} failed: ${String(error)}`),
  )

/** A job of some steps, each of which takes a while. */
function* job(name: string, steps: number, ms = 1): Job {
  for (let step = 1; step <= steps; step++) {
    clock.freeze(ms)
    done.push(`${name}${step}`)
    yield
  }
}

describe('the work of one client', () => {
  it('that has nothing to do for a while takes no time meanwhile, keeps its order, and goes on then', () => {
    const list = client('a')
    list.add(
      (function* (): Job {
        yield 100
        done.push('rested')
      })(),
    )
    list.add(job('b', 1))
    clock.advance(99)
    expect([done, busy]).toEqual([[], ['a is busy']])
    clock.advance(10)
    expect(done).toEqual(['rested', 'b1'])
    expect(busy).toEqual(['a is busy', 'a is free'])
  })

  it('that rests is over when the client goes', () => {
    const list = client('a')
    list.add(
      (function* (): Job {
        yield 100
        done.push('rested')
      })(),
    )
    list.close()
    clock.advance(1000)
    expect(done).toEqual([])
  })

  it('is done at once when it is short, and calls nobody busy', () => {
    client('a').add(job('a', 2, 0))
    expect(done).toEqual(['a1', 'a2'])
    expect(busy).toEqual([])
  })

  it('takes three milliseconds of a turn, each job to its end before the next', () => {
    const list = client('a')
    list.add(job('a', 4))
    list.add(job('b', 3))
    expect(done).toEqual(['a1', 'a2', 'a3'])
    clock.advance(0)
    expect(done).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2'])
    clock.advance(0)
    expect(done.at(-1)).toBe('b3')
    expect(busy).toEqual(['a is busy', 'a is free'])
  })

  it('takes what is added by a job after that job', () => {
    const list = client('a')
    list.add(
      (function* (): Job {
        list.add(job('child', 1, 0))
        done.push('parent')
        yield
      })(),
    )
    expect(done).toEqual(['parent', 'child1'])
  })

  it('is dropped when it is closed, and the client is not busy then', () => {
    const list = client('a')
    list.add(job('a', 9))
    list.close()
    clock.advance(100)
    expect(done).toHaveLength(3)
    expect(busy).toEqual(['a is busy', 'a is free'])
  })
})

describe('the work of many clients', () => {
  it('goes on without one whose work fails, which is told so and free', () => {
    const [a, b] = [client('a'), client('b')]
    a.add(
      (function* (): Job {
        yield
        clock.freeze(3)
        yield
        throw new RangeError('a fault')
      })(),
    )
    a.add(job('a', 1))
    b.add(job('b', 1))
    clock.advance(0)
    clock.advance(0)
    expect(done).toEqual(['b1'])
    expect(busy).toEqual(['a is busy', 'b is busy', 'a is free', 'a failed: RangeError: a fault', 'b is free'])
    expect(a.isBusy).toBe(false)
  })

  it('takes no more of a turn than that of one, and everybody gets a slice', () => {
    for (const name of ['a', 'b', 'c', 'd']) client(name).add(job(name, 2))
    expect(done).toEqual(['a1', 'a2', 'b1'])
    const [from, turns] = [clock.monotonic(), 4]
    for (let turn = 0; turn < turns; turn++) clock.advance(0)
    expect(done).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'd1', 'c2', 'd2'])
    expect(clock.monotonic() - from).toBeLessThanOrEqual(turns * 3)
  })

  it('goes on without one that has gone', () => {
    const [a, b] = [client('a'), client('b')]
    a.add(job('a', 9))
    b.add(job('b', 1))
    a.close()
    clock.advance(0)
    expect(done.at(-1)).toBe('b1')
  })
})
