import { describe, expect, it } from 'vitest'
import { Register, type Verdict } from '../../proxy/limits/register.ts'
import { Colleague } from '../../scripts/colleague.ts'
import type { FromWorker } from '../../scripts/handover.ts'
import { ManualClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'

const LIMITS = { ...loadConfig({}, {}).proxy, connectionsPerKey: 2 }

/** Two workers and their parent, which answers when it is let. */
function open() {
  const clock = new ManualClock()
  const register = new Register(LIMITS, clock)
  const messages: { owner: number; message: FromWorker & { kind: 'questions' } }[] = []
  const workers = [1, 2].map(owner => {
    const say = (message: FromWorker) => {
      if (message.kind === 'questions') messages.push({ owner, message })
    }
    return new Colleague({ clock, limits: LIMITS, say })
  })
  const admit = (worker: number, seat: number) => {
    const verdicts: Verdict[] = []
    const guest = { keyId: 'A', userId: 'alice', address: '192.0.2.1' }
    workers[worker]?.ask({ kind: 'admit', seat, guest }, verdict => verdicts.push(verdict))
    return verdicts
  }
  const leave = (worker: number, seat: number) => workers[worker]?.ask({ kind: 'leave', seat })
  /** The parent takes its turn. */
  const answer = () => {
    clock.advance(0)
    for (const { owner, message } of messages.splice(0)) {
      const verdicts = message.questions.map(question => register.answer(owner, question))
      workers[owner - 1]?.hear({ kind: 'verdicts', from: message.from, verdicts })
    }
  }
  return { clock, messages, admit, leave, answer }
}

describe('a worker that asks its parent', () => {
  it('counts with the others', () => {
    const { admit, leave, answer } = open()
    const verdicts = [admit(0, 1), admit(1, 1), admit(1, 2)]
    expect(verdicts).toEqual([[], [], []])
    answer()
    expect(verdicts.map(([one]) => one?.reached?.used)).toEqual([undefined, undefined, 2])
    leave(0, 1)
    const again = admit(1, 2)
    answer()
    expect(again[0]?.standing).toMatchObject({ key: 2 })
  })

  it('asks once for all that came in a turn', () => {
    const { messages, clock, admit } = open()
    for (let seat = 0; seat < 100; seat++) admit(0, seat)
    clock.advance(0)
    expect(messages.map(({ message }) => message.questions.length)).toEqual([100])
  })

  it('lets its clients in by its own count when nothing is answered for a second, and hears no late answer', () => {
    const { clock, admit, answer } = open()
    const first = admit(0, 1)
    answer()
    const verdicts = [admit(0, 2), admit(0, 3)]
    clock.advance(999)
    expect([first.length, verdicts]).toEqual([1, [[], []]])
    clock.advance(1)
    expect(verdicts.map(([one]) => one?.reached?.used)).toEqual([undefined, 2])
    answer()
    expect(verdicts.map(({ length }) => length)).toEqual([1, 1])
  })

  it('keeps no place for who has gone before the answer', () => {
    const { clock, admit, leave, answer } = open()
    for (let seat = 0; seat < 10; seat++) {
      const gone = admit(0, seat)
      leave(0, seat)
      answer()
      expect(gone).toEqual([])
    }
    // By its own count, too.
    const next = admit(0, 50)
    clock.advance(1000)
    expect(next[0]?.standing).toMatchObject({ key: 1 })
  })
})
