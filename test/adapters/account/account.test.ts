import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startAccount } from '../../../adapters/account/account.ts'
import type { SessionSettings } from '../../../adapters/contract.ts'
import zerodha from '../../../adapters/zerodha/manifest.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { FeedRecord } from '../../../shared/store/feeds.ts'
import { InstrumentBook } from '../../../shared/store/instruments.ts'
import type { Vault } from '../../../shared/store/vault.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { holds } from '../../support/holds.ts'
import { keptLog } from '../../support/log.ts'
import { FakeBus } from '../runtime/rig.ts'

const LIST = `instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange
408065,1594,INFY,INFOSYS,0,,0,0.05,1,EQ,NSE,NSE
`

const feed = {
  name: 'ZERODHA',
  userId: 'ASHA',
  adapter: 'zerodha',
  kind: 'builtin',
  settings: {},
  enabled: true,
} as const

/** An account nobody has logged in to; its broker gives the list above to everybody. */
function account() {
  const folder = temporaryFolder()
  const path = folder.instrumentsDb(feed.name)
  mkdirSync(dirname(path), { recursive: true })
  const damage = () => writeFileSync(path, 'no database at all, but long enough to be taken for one. '.repeat(100))
  const state = { lists: 0 }
  const start = () => {
    const running = startAccount({
      feed: { ...feed, createdAt: 0 } satisfies FeedRecord,
      adapter: zerodha,
      settings: zerodha.settings.parse({}) as SessionSettings,
      bus: new FakeBus(),
      folder,
      vault: { version: () => 1, ticket: () => undefined } as unknown as Vault,
      async http() {
        state.lists++
        return { status: 200, headers: {}, body: Buffer.from(LIST) }
      },
      ask: () => Promise.reject(new Error('nobody asks')),
      clock: systemClock,
      log: keptLog().log,
    })
    onTestFinished(() => running.close())
  }
  const listed = () => {
    const book = new InstrumentBook(folder)
    try {
      return book.find(feed.name, 'NSE', 'INFY')?.token
    } finally {
      book.close()
    }
  }
  return { start, damage, listed, state }
}

it('fetches its list anew when the one at hand is damaged', async () => {
  const { start, damage, listed, state } = account()
  damage()
  start()
  await holds(() => expect(listed()).toBe('408065'))
  expect(state.lists).toBe(1)
})
