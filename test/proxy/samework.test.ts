import { pino } from 'pino'
import { beforeEach, expect, it, vi } from 'vitest'
import { Access } from '../../proxy/access.ts'
import { ManualClock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { newKey } from '../../shared/key.ts'
import type { ControlStore } from '../../shared/store/control.ts'
import { KeyRing } from '../../shared/store/keyring.ts'
import type { KeyRecord } from '../../shared/store/keys.ts'

/** Everything that a wrong key costs, in the order in which it is done. */
const work: string[] = []

vi.mock('../../shared/key.ts', async load => {
  const key = await load<typeof import('../../shared/key.ts')>()
  return {
    ...key,
    digestKey: (...given: Parameters<typeof key.digestKey>) => {
      work.push('digest')
      return key.digestKey(...given)
    },
  }
})

vi.mock('node:crypto', async load => {
  const crypto = await load<typeof import('node:crypto')>()
  return {
    ...crypto,
    timingSafeEqual: (one: NodeJS.ArrayBufferView, other: NodeJS.ArrayBufferView) => {
      work.push('compare')
      return crypto.timingSafeEqual(one, other)
    },
  }
})

const PEPPER = Buffer.alloc(32, 7)
const HERE = '192.0.2.1'

let clock: ManualClock
let records: KeyRecord[]
let access: Access

async function add(rest: Partial<KeyRecord> = {}, text = newKey()): Promise<string> {
  const { digestKey } = await import('../../shared/key.ts')
  const digest = digestKey(PEPPER, text.text.reveal())
  records.push({
    id: text.id,
    userId: 'alice',
    label: 'x',
    digest,
    origin: 'created',
    scopes: [],
    createdAt: 1,
    ...rest,
  })
  return text.text.reveal()
}

beforeEach(() => {
  clock = new ManualClock()
  records = []
})

function open(): void {
  const ring = new KeyRing(records, PEPPER)
  const store = {
    version: () => {
      work.push('look')
      return 1
    },
    keyRing: () => ring,
    feeds: { list: () => [] },
    shares: { list: () => [] },
  } as unknown as ControlStore
  access = new Access({ store, clock, log: pino({ enabled: false }), validBrokers: undefined, onChange: () => {} })
}

function workOf(text: string): string {
  work.length = 0
  expect(access.authenticate(text, HERE)).toBeUndefined()
  return work.join()
}

it('a key that is unknown, wrong, revoked, expired, damaged or at a wrong address takes the same way to the same answer', async () => {
  const fault = new TickwireError('STORE_CORRUPT', 'damaged')
  const other = newKey()
  const bad: Record<string, string> = {
    revoked: await add({ revokedAt: 1 }),
    expired: await add({ expiresAt: clock.now() }),
    damaged: await add({ fault }),
    'at a wrong address': await add({ bounds: { addresses: ['198.51.100.0/24'] } }),
    'of another secret': await add({ id: other.id }).then(() => other.text.reveal()),
    'a spent ticket': newKey().text.reveal(),
    'a ticket of a revoked key': await add({
      origin: 'ticket',
      parentId: records[0]?.id ?? '',
      expiresAt: clock.now() + 1,
    }),
    'an unknown foreign key': 'f'.repeat(64),
  }
  for (let nth = 0; nth < 200; nth++) bad[`unknown ${nth}`] = newKey().text.reveal()
  open()
  const ways = new Set(Object.values(bad).map(workOf))
  expect([...ways]).toEqual(['digest,compare,look'])
})

it('a foreign key is looked for like one of our own', async () => {
  const foreign = { id: 'aaaaaaaaaa', text: { reveal: () => 'ab'.repeat(32) } } as unknown as ReturnType<typeof newKey>
  await add({ origin: 'imported', revokedAt: 1 }, foreign)
  open()
  expect(workOf('ab'.repeat(32))).toBe('digest,compare,look')
  expect(workOf('cd'.repeat(32))).toBe('digest,compare,look')
})
