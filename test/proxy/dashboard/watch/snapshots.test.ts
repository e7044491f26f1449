import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { CallError } from '../../../../proxy/dashboard/session.ts'
import { askSnapshots } from '../../../../proxy/dashboard/snapshots.ts'
import { Snapshots, type Trouble, troubleWords } from '../../../../proxy/dashboard/watch/snapshots.ts'
import { ManualClock } from '../../../../shared/clock.ts'

function open() {
  const clock = new ManualClock()
  let names: readonly string[] = ['NSE:A', 'NSE:B']
  const asked: { names: readonly string[]; answer: () => void; fail: (error?: Error) => void }[] = []
  const fetch = (wanted: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      asked.push({ names: wanted, answer: resolve, fail: (error = new Error('429')) => reject(error) })
    })
  const told: (Trouble | undefined)[] = []
  const snapshots = new Snapshots(
    clock,
    () => names,
    fetch,
    trouble => told.push(trouble),
  )
  const want = (next: readonly string[]) => {
    names = next
  }
  return { clock, asked, snapshots, want, told }
}

const turn = () => new Promise<void>(resolve => queueMicrotask(() => queueMicrotask(resolve)))

describe('prices of rows that nobody sees', () => {
  it('are asked for in one request, and again five seconds after its answer', async () => {
    const { clock, asked, snapshots, want } = open()
    snapshots.now()
    expect(asked.map(({ names }) => names)).toEqual([['NSE:A', 'NSE:B']])
    clock.advance(20_000)
    expect(asked).toHaveLength(1)
    asked[0]?.answer()
    await turn()
    want(['NSE:C'])
    clock.advance(4999)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(asked[1]?.names).toEqual(['NSE:C'])
  })

  it('are asked for at once when another list comes into view, one request after the other', async () => {
    const { clock, asked, snapshots } = open()
    snapshots.now()
    snapshots.now()
    snapshots.now()
    expect(asked).toHaveLength(1)
    asked[0]?.answer()
    await turn()
    clock.advance(0)
    expect(asked).toHaveLength(2)
  })

  it('are as old as the last answer, also when in between there was nothing to ask for', async () => {
    const { clock, asked, snapshots, want, told } = open()
    snapshots.now()
    asked[0]?.answer()
    await turn()
    const lastAt = clock.now()
    // Nobody sees the page.
    want([])
    for (let nth = 0; nth < 4; nth++) {
      clock.advance(5000)
      await turn()
    }
    want(['NSE:A'])
    snapshots.now()
    asked[1]?.fail()
    await turn()
    expect(told.at(-1)).toEqual({ why: '429', lastAt })
  })

  it('are asked for less often while the server refuses, and as before when it answers', async () => {
    const { clock, asked, snapshots } = open()
    snapshots.now()
    const waits: number[] = []
    for (let nth = 0; nth < 6; nth++) {
      asked.at(-1)?.fail()
      await turn()
      const before = asked.length
      let waited = 0
      for (; asked.length === before; waited += 1000) clock.advance(1000)
      waits.push(waited)
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000])
    asked.at(-1)?.answer()
    await turn()
    const before = asked.length
    clock.advance(5000)
    expect(asked).toHaveLength(before + 1)
  })

  it('cost no request where all rows are seen, and none after the end', async () => {
    const { clock, asked, snapshots, want } = open()
    want([])
    snapshots.now()
    await turn()
    clock.advance(5000)
    await turn()
    expect(asked).toEqual([])
    snapshots.close()
    want(['NSE:A'])
    clock.advance(60_000)
    expect(asked).toEqual([])
  })

  it('are said to be old, and why, until they come again', async () => {
    const { clock, asked, snapshots, told } = open()
    snapshots.now()
    asked[0]?.answer()
    await turn()
    const lastAt = clock.now()
    clock.advance(5000)
    asked[1]?.fail(new Error('the server does not answer'))
    await turn()
    expect(told.at(-1)).toEqual({ why: 'the server does not answer', lastAt })
    expect(troubleWords({ why: 'no', lastAt }, lastAt + 35_000)).toBe('off-view prices 35 s old: no')
    expect(troubleWords({ why: 'no', lastAt: undefined }, 0)).toBe('off-view prices do not come: no')
    clock.advance(10_000)
    asked[2]?.answer()
    await turn()
    expect(told.at(-1)).toBeUndefined()
  })

  it('are not asked for before the server wants to be asked, whatever comes into view', async () => {
    const { clock, asked, snapshots } = open()
    snapshots.now()
    snapshots.now()
    asked[0]?.fail(new CallError(429, 'too many', { waitMs: 30_000 }))
    await turn()
    clock.advance(29_999)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(asked).toHaveLength(2)
  })
})

describe('a request for many snapshots', () => {
  const session = { session: 's', userId: 'alice', admin: false, endsAt: 0 }
  const names = Array.from({ length: 100 }, (_, nth) => `NSE:S${nth}`)
  const sizeOf = (init: { body?: unknown } | undefined): number =>
    (JSON.parse(String(init?.body)) as { symbols: unknown[] }).symbols.length

  it('is halved until the server takes it, and not made larger again', async () => {
    const sizes: number[] = []
    const call = async (_: string, init?: { body?: unknown }) => {
      const size = sizeOf(init)
      sizes.push(size)
      if (size > 30) throw new CallError(413, 'too large')
      return { snapshots: Array.from({ length: size }, () => ({ exchange: 'NSE', symbol: 'S' })) } as never
    }
    const sessions = { call, current: signal(session) }
    expect(await askSnapshots(sessions, names)).toHaveLength(100)
    expect(sizes).toEqual([100, 50, 25, 25, 25, 25])
    await askSnapshots(sessions, names.slice(0, 40))
    expect(sizes.slice(6)).toEqual([25, 15])
  })

  it('gives nothing once somebody else is signed in', async () => {
    const sessions = {
      current: signal(session),
      call: async () => {
        sessions.current.value = { ...session, session: 't' }
        return { snapshots: [{ exchange: 'NSE', symbol: 'S' }] } as never
      },
    }
    await expect(askSnapshots(sessions, names.slice(0, 1))).rejects.toThrow('over')
  })
})
