import { beforeEach, expect, it } from 'vitest'
import { type Job, Worklist } from '../../proxy/worklist.ts'
import { ManualClock } from '../../shared/clock.ts'

let clock: ManualClock
let done: string[]
let busy: boolean[]
let list: Worklist

beforeEach(() => {
  clock = new ManualClock()
  done = []
  busy = []
  list = new Worklist(clock, now => busy.push(now))
})

/** A job of some steps, each of which takes a millisecond. */
function* job(name: string, steps: number): Job {
  for (let step = 1; step <= steps; step++) {
    clock.freeze(1)
    done.push(`${name}${step}`)
    yield
  }
}

it('does what is short at once, and calls nobody busy', () => {
  list.add(job('a', 2))
  expect(done).toEqual(['a1', 'a2'])
  expect(busy).toEqual([])
})

it('does three milliseconds of what is long in a turn, each job to its end before the next', () => {
  list.add(job('a', 4))
  list.add(job('b', 3))
  expect(done).toEqual(['a1', 'a2', 'a3'])
  clock.advance(0)
  expect(done).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2'])
  clock.advance(0)
  expect(done.at(-1)).toBe('b3')
  expect(busy).toEqual([true, false])
})

it('takes what is added by a job after that job', () => {
  function* parent(): Job {
    list.add(job('child', 1))
    done.push('parent')
    yield
  }
  list.add(parent())
  expect(done).toEqual(['parent', 'child1'])
})

it('drops the rest when it is closed, and is not busy then', () => {
  list.add(job('a', 9))
  list.close()
  clock.advance(100)
  expect(done).toHaveLength(3)
  expect(busy).toEqual([true, false])
})

it('goes on after a job that failed', () => {
  const failing = function* (): Job {
    clock.freeze(1)
    yield
    throw new Error('no')
  }
  expect(() => list.add(failing())).toThrow('no')
  list.add(job('a', 1))
  expect(done).toEqual(['a1'])
})
