import { beforeEach, describe, expect, it } from 'vitest'
import { Access } from '../../proxy/access.ts'
import { ManualClock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { digestKey, newKey } from '../../shared/key.ts'
import type { ControlStore } from '../../shared/store/control.ts'
import { KeyRing } from '../../shared/store/keyring.ts'
import type { KeyRecord } from '../../shared/store/keys.ts'
import type { ShareRecord } from '../../shared/store/shares.ts'
import { keptLog, type Line } from '../support/log.ts'
import { feedRecord } from '../support/proxy.ts'

const PEPPER = Buffer.alloc(32, 7)
const POLL_MS = 250

let clock: ManualClock
let store: {
  version: number
  keys: KeyRecord[]
  feeds: ReturnType<typeof feedRecord>[]
  shares: ShareRecord[]
  failure?: TickwireError
}
let access: Access
let changes: number
let logged: Line[]
/** Whether a ticket is used up by this. */
let taken: (id: string) => boolean

/** Adds a key to the store, behind the back of `access`. */
function addKey(rest: Partial<KeyRecord> = {}): { key: string; id: string } {
  const { id, text } = newKey()
  const record = { id, userId: 'alice', label: 'x', origin: 'created' as const, scopes: [], createdAt: 1, ...rest }
  store.keys.push({ ...record, digest: digestKey(PEPPER, text.reveal()) })
  store.version++
  return { key: text.reveal(), id }
}

function guarded<T>(value: T): T {
  if (store.failure) throw store.failure
  return value
}

beforeEach(() => {
  clock = new ManualClock()
  changes = 0
  taken = () => true
  store = { version: 1, keys: [], feeds: [], shares: [] }
  const control = {
    version: () => store.version,
    keyRing: () => new KeyRing(guarded([...store.keys]), PEPPER),
    feeds: { list: () => guarded([...store.feeds]) },
    shares: { list: () => guarded([...store.shares]) },
    tickets: { take: (id: string) => taken(id) },
    keys: { saveUse: () => true },
  } as unknown as ControlStore
  const { log, lines } = keptLog()
  logged = lines
  access = new Access({ store: control, clock, log, validBrokers: ['testbroker', 'other'], onChange: () => changes++ })
})

describe('access', () => {
  it('is from memory, but a key it has never heard of is worth a look', () => {
    const { key, id } = addKey()
    expect(access.authenticate(key)).toEqual({ userId: 'alice', keyId: id, ticket: false, label: 'x' })
    expect(changes).toBe(1)
    expect(access.authenticate('f'.repeat(64))).toBeUndefined()
    expect(changes).toBe(1)
  })

  it('knows a feed added a moment ago as soon as somebody looks', () => {
    store.feeds.push(feedRecord('NEW'))
    store.version++
    expect(access.feeds).toEqual([])
    expect([access.refresh(), access.refresh()]).toEqual([true, false])
    expect(access.feeds.map(feed => feed.name)).toEqual(['NEW'])
  })

  it('ends within a poll of the revocation', () => {
    const { key } = addKey()
    const identity = access.authenticate(key)
    store.keys = store.keys.map(one => ({ ...one, revokedAt: 5 }))
    store.version++
    expect(identity && access.mayStay(identity)).toBe(true)
    clock.advance(POLL_MS)
    expect(identity && access.mayStay(identity)).toBe(false)
    expect(access.authenticate(key)).toBeUndefined()
  })

  it('ends when the key expires or is gone, but a ticket’s connection stays', () => {
    const expiresAt = clock.now() + 1000
    const [short, ticket, gone] = [addKey({ expiresAt }), addKey({ expiresAt, origin: 'ticket' }), addKey()]
    const [a, b, c] = [short, ticket, gone].map(({ key }) => access.authenticate(key))
    clock.advance(1000)
    store.keys = store.keys.filter(({ id }) => id !== gone.id)
    store.version++
    clock.advance(POLL_MS)
    expect([a, b, c].map(identity => identity && access.mayStay(identity))).toEqual([false, true, false])
    expect(access.authenticate(ticket.key)).toBeUndefined()
  })

  it('reaches as far as the key does now: what was added counts at once, what was taken away within a poll', () => {
    const { key, id } = addKey()
    const identity = access.authenticate(key)
    const mayRead = () => identity && access.allows(identity, 'orders')
    const give = (scopes: KeyRecord['scopes']) => {
      store.keys = store.keys.map(one => (one.id === id ? { ...one, scopes } : one))
      store.version++
    }
    expect(mayRead()).toBe(false)
    give(['orders'])
    expect(mayRead()).toBe(true)
    give([])
    clock.advance(POLL_MS)
    expect(mayRead()).toBe(false)
  })

  it('of a ticket reaches everywhere, also when it is gone', () => {
    const { key } = addKey({ origin: 'ticket', expiresAt: clock.now() + 1000 })
    const identity = access.authenticate(key)
    store.keys = []
    store.version++
    clock.advance(POLL_MS)
    expect(identity && access.allows(identity, 'orders')).toBe(true)
  })

  it('of a browser’s ticket is that of its key, once, and stays good while it cannot be used up', () => {
    const parent = addKey({ bounds: { symbols: ['TCS'], quota: { connections: 1 } } })
    const { key } = addKey({ origin: 'ticket', parentId: parent.id, expiresAt: clock.now() + 1000 })
    taken = () => {
      throw new TickwireError('STORE_BUSY', 'busy')
    }
    expect(() => access.authenticate(key)).toThrow('busy')
    expect(access.identify(key)).toBeUndefined()
    taken = () => true
    const identity = access.authenticate(key)
    expect(identity).toEqual({ userId: 'alice', keyId: parent.id, ticket: false, label: 'x' })
    expect(access.authenticate(key)).toBeUndefined()
    if (identity)
      expect([access.quotaOf(identity), access.permits(identity, 'NSE', 'SBIN', 'LTP')]).toEqual([
        { connections: 1 },
        false,
      ])
  })

  it('is refused to a ticket that another process was faster to use', () => {
    const parent = addKey()
    const { key } = addKey({ origin: 'ticket', parentId: parent.id, expiresAt: clock.now() + 1000 })
    taken = () => false
    expect(access.authenticate(key)).toBeUndefined()
  })

  it('ends for a key whose bounds are damaged while it is connected, and the log says so once', () => {
    const { key, id } = addKey({ bounds: { symbols: ['TCS'] } })
    const other = addKey()
    const identity = access.authenticate(key)
    const fault = new TickwireError('STORE_CORRUPT', `What bounds key ${id} is damaged`, { next: 'revoke it' })
    store.keys = store.keys.map(({ bounds: _bounds, ...one }) => (one.id === id ? { ...one, fault } : one))
    for (let poll = 0; poll < 3; poll++) {
      store.version++
      clock.advance(POLL_MS)
    }
    expect(identity && [access.mayStay(identity), access.permits(identity, 'NSE', 'TCS', 'LTP')]).toEqual([
      false,
      false,
    ])
    expect(access.authenticate(key)).toBeUndefined()
    expect(access.authenticate(other.key)).toBeDefined()
    expect(logged.map(({ level }) => level)).toEqual(['error'])
  })

  it('at an address that the key does not come from is none', () => {
    const { key, id } = addKey({ bounds: { addresses: ['10.0.0.0/8'] } })
    const identity = access.authenticate(key, '10.1.1.1')
    expect(identity).toEqual({ userId: 'alice', keyId: id, ticket: false, label: 'x', address: '10.1.1.1' })
    expect([access.authenticate(key, '11.1.1.1'), access.authenticate(key)]).toEqual([undefined, undefined])
    store.keys = store.keys.map(one => ({ ...one, bounds: { addresses: ['11.0.0.0/8'] } }))
    store.version++
    clock.advance(POLL_MS)
    expect(identity && access.mayStay(identity)).toBe(false)
    // What its key shares among all addresses stays.
    expect(identity && access.mayStay({ ...identity, address: undefined })).toBe(true)
  })

  it('tries again when the store was busy, and does not take that for no change', () => {
    const { key } = addKey()
    store.failure = new TickwireError('STORE_BUSY', 'busy')
    clock.advance(POLL_MS)
    expect(access.authenticate(key)).toBeUndefined()
    delete store.failure
    clock.advance(POLL_MS)
    expect(changes).toBe(1)
    expect(access.authenticate(key)).toMatchObject({ userId: 'alice' })
  })

  it('goes on with what it knows while the store cannot be read, and says so once', () => {
    const { key } = addKey()
    clock.advance(POLL_MS)
    store.failure = new TickwireError('STORE_CORRUPT', 'torn')
    store.version++
    clock.advance(20 * POLL_MS)
    expect(access.authenticate(key)).toMatchObject({ userId: 'alice' })
    expect(logged.map(({ level }) => level)).toEqual(['warn'])
    delete store.failure
    clock.advance(POLL_MS)
    expect(logged.map(({ text }) => text).at(-1)).toBe('keys and feeds can be read again')
  })

  it('knows no feed of a broker that may not run; a foreign publisher is no broker', () => {
    store.feeds = [
      feedRecord('A', { adapter: 'barred' }),
      feedRecord('B', { adapter: 'other' }),
      feedRecord('C', { adapter: 'python', kind: 'external' }),
    ]
    store.version++
    clock.advance(POLL_MS)
    expect(access.feeds.map(({ name }) => name)).toEqual(['B', 'C'])
  })

  it('knows the enabled feeds, oldest first', () => {
    store.feeds = [
      feedRecord('A', { createdAt: 3 }),
      feedRecord('B', { createdAt: 1 }),
      feedRecord('C', { createdAt: 2, enabled: false }),
    ]
    store.version++
    clock.advance(POLL_MS)
    expect(access.feeds.map(({ name }) => name)).toEqual(['B', 'A'])
  })

  it('looks no more once closed', () => {
    access.close()
    addKey()
    clock.advance(10 * POLL_MS)
    expect(changes).toBe(0)
  })
})

describe('a shared feed', () => {
  const bob = { userId: 'bob', keyId: 'none', ticket: false }
  const names = () => access.feedsOf(bob).map(feed => feed.name)
  const share = (feed: string, userId = 'bob') => store.shares.push({ feed, userId, createdAt: 1 })
  const poll = () => {
    store.version++
    access.refresh()
  }

  beforeEach(() => {
    store.feeds.push(feedRecord('ALICE'), feedRecord('OTHER'), feedRecord('BOB', { userId: 'bob', createdAt: 9000 }))
    poll()
  })

  it('is nobody else’s before it is shared', () => {
    expect(names()).toEqual(['BOB'])
    expect([access.mayUse(bob, 'ALICE'), access.mayHear('bob', 'ALICE')]).toEqual([false, false])
  })

  it('comes behind the feeds of the user it is shared with, however much older it is', () => {
    share('ALICE')
    poll()
    expect(names()).toEqual(['BOB', 'ALICE'])
    expect(access.mayUse(bob, 'ALICE')).toBe(true)
    expect(access.feedsOf({ userId: 'alice', keyId: 'x' }).map(feed => feed.name)).toEqual(['ALICE', 'OTHER'])
  })

  it('stands where a key names it, and where it names others it is not read', () => {
    share('ALICE')
    const { id } = addKey({ userId: 'bob', feeds: ['ALICE', 'BOB', 'OTHER'] })
    const other = addKey({ userId: 'bob', feeds: ['BOB'] })
    poll()
    const identity = { ...bob, keyId: id }
    expect(access.feedsOf(identity).map(feed => feed.name)).toEqual(['ALICE', 'BOB'])
    expect(access.mayUse({ ...bob, keyId: other.id }, 'ALICE')).toBe(false)
  })

  it('is taken away with the share, and both layout and ownership say so', () => {
    share('ALICE')
    poll()
    const before = [access.layout, access.ownership]
    store.shares = []
    poll()
    expect(access.layout).not.toBe(before[0])
    expect(access.ownership).not.toBe(before[1])
    expect([access.mayUse(bob, 'ALICE'), names()]).toEqual([false, ['BOB']])
  })

  it('that is switched off or gone is not taken for another user’s', () => {
    share('ALICE')
    store.feeds = store.feeds.map(feed => ({ ...feed, enabled: false })).filter(({ name }) => name !== 'OTHER')
    poll()
    expect(['ALICE', 'BOB', 'OTHER'].map(feed => access.mayUse(bob, feed))).toEqual([true, true, true])
    expect(names()).toEqual([])
  })
})
