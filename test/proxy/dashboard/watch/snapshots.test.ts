import { describe, expect, it } from 'vitest'
import { Snapshots } from '../../../../proxy/dashboard/watch/snapshots.ts'
import { ManualClock } from '../../../../shared/clock.ts'

function open() {
  const clock = new ManualClock()
  let names: readonly string[] = ['NSE:A', 'NSE:B']
  const asked: { names: readonly string[]; answer: () => void; fail: () => void }[] = []
  const fetch = (wanted: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      asked.push({ names: wanted, answer: resolve, fail: () => reject(new Error('429')) })
    })
  const snapshots = new Snapshots(clock, () => names, fetch)
  const want = (next: readonly string[]) => {
    names = next
  }
  return { clock, asked, snapshots, want }
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
})
