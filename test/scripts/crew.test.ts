import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ChildSpec } from '../../scripts/child.ts'
import { Crew } from '../../scripts/crew.ts'
import { loadConfig } from '../../shared/config.ts'
import { ControlStore } from '../../shared/store/control.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { temporaryFolder } from '../support/datafolder.ts'
import { holds } from '../support/holds.ts'

const feed = (name: string, settings: FeedRecord['settings'] = {}): FeedRecord => ({
  name,
  userId: 'trader',
  adapter: 'simulator',
  kind: 'builtin',
  settings,
  enabled: true,
  createdAt: 1,
})

/** A crew with a supervisor that is told, here, when its processes are ready and when they are gone. */
function open(...registered: FeedRecord[]) {
  const folder = temporaryFolder()
  // Only what another connection writes counts as a change.
  const [store, other] = [ControlStore.open(folder), ControlStore.open(folder)]
  onTestFinished(() => {
    for (const one of [store, other]) one.close()
  })
  other.users.ensure('trader', 1)
  for (const one of registered) other.feeds.add(one)
  const done: string[] = []
  const waiting = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>()
  const begin = (what: string) => {
    done.push(what)
    let resolve = () => {}
    const promise = new Promise<void>(settle => {
      resolve = settle
    })
    // Whoever stops a process twice waits for the same end.
    if (!waiting.has(what)) waiting.set(what, { promise, resolve })
    return waiting.get(what)?.promise ?? promise
  }
  const supervisor = {
    start: ({ name }: ChildSpec) => begin(`start ${name}`),
    stop: (name: string) => begin(`stop ${name}`),
  }
  const invocation = { args: [], config: loadConfig({ dataDir: folder.root }) }
  const crew = new Crew(invocation, supervisor, { barred: () => {} }, store)
  const end = (what: string) => {
    waiting.get(what)?.resolve()
    waiting.delete(what)
  }
  /** All of `done` from `from` on. */
  const sees = (expected: readonly string[], from = 0) => holds(() => expect(done.slice(from)).toEqual(expected))
  return { crew, store, feeds: other.feeds, done, end, sees }
}

describe('the crew', () => {
  it('lets no feed that hangs at its start keep another one from being stopped or started', async () => {
    const { crew, feeds, sees } = open(feed('HUNG'), feed('OTHER'))
    void crew.follow()
    await sees(['start HUNG', 'start OTHER'])
    feeds.remove('OTHER')
    feeds.add(feed('NEW'))
    crew.look()
    await sees(['stop OTHER', 'start NEW'], 2)
  })

  it('resolves when every feed has started once, well or badly', async () => {
    const { crew, end, sees } = open(feed('A'), feed('B'))
    let ready = false
    const first = crew.follow().then(() => {
      ready = true
    })
    await sees(['start A', 'start B'])
    end('start A')
    expect(ready).toBe(false)
    end('start B')
    await first
  })

  it('starts a changed feed when its last process is gone, and no other one waits for that', async () => {
    const { crew, feeds, end, sees } = open(feed('A'))
    void crew.follow()
    await sees(['start A'])
    feeds.remove('A')
    feeds.add(feed('A', { rate: '5' }))
    feeds.add(feed('B'))
    crew.look()
    await sees(['stop A', 'start B'], 1)
    end('stop A')
    await sees(['start A'], 3)
  })

  it('starts nothing that was removed while its last process ended', async () => {
    const { crew, feeds, done, end, sees } = open(feed('A'))
    void crew.follow()
    await sees(['start A'])
    feeds.remove('A')
    feeds.add(feed('A', { rate: '5' }))
    const changed = crew.follow()
    feeds.remove('A')
    void crew.follow()
    end('stop A')
    await changed
    expect(done).toEqual(['start A', 'stop A', 'stop A'])
  })

  it('starts nothing any more once it is closed', async () => {
    const { crew, feeds, done, end, sees } = open(feed('A'))
    void crew.follow()
    await sees(['start A'])
    feeds.remove('A')
    feeds.add(feed('A', { rate: '5' }))
    const changed = crew.follow()
    crew.close()
    end('stop A')
    await changed
    expect(done).toEqual(['start A', 'stop A'])
  })

  it('looks again after a look that failed', async () => {
    const { crew, store, feeds, sees } = open()
    void crew.follow()
    feeds.add(feed('A'))
    vi.spyOn(store.feeds, 'list').mockImplementationOnce(() => {
      throw new Error('locked')
    })
    expect(() => crew.look()).toThrow('locked')
    crew.look()
    await sees(['start A'])
  })
})
