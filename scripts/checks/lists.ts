import { existsSync } from 'node:fs'
import { listIsOfToday } from '../../shared/market/validity.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import { readAccounts } from '../accounts.ts'
import { countOf, formatSpan } from '../figures.ts'
import type { Invocation } from '../invocation.ts'
import { type Check, fail, finding, ok, warn } from './check.ts'
import { registeredFeeds } from './configuration.ts'

/** The age of every account's instrument list; nothing where there is no account. */
export async function checkLists(invocation: Pick<Invocation, 'config' | 'folder' | 'clock'>): Promise<Check[]> {
  const { folder, clock } = invocation
  const feeds = existsSync(folder.controlDb) ? (registeredFeeds(folder) ?? []) : []
  // What cannot be read of the accounts is the matter of another check.
  const accounts = feeds.length === 0 ? [] : await readAccounts(invocation, feeds).catch(() => [])
  const book = new InstrumentBook(folder)
  try {
    return accounts.flatMap(({ feed }) => (feed?.enabled ? [checkList(book, feed, clock.now())] : []))
  } finally {
    book.close()
  }
}

function checkList(book: InstrumentBook, { name }: FeedRecord, now: number): Check {
  const check = `list ${name}`
  const fetch = `tickwire instruments sync ${name}`
  try {
    const facts = book.facts(name)
    if (!facts) return fail(check, 'not fetched yet: no symbol of this feed is known', fetch)
    const detail = `${countOf(facts.count, 'instrument')}, fetched ${formatSpan(now - facts.writtenAt)} ago`
    if (listIsOfToday(facts.writtenAt, now)) return ok(check, detail)
    return warn(check, `${detail}; since then tokens may have gone to other contracts`, fetch)
  } catch (error) {
    return finding(check, error)
  }
}
