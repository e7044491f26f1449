import { existsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Processes } from '../../support/system.ts'

interface Told {
  readonly action: string
  readonly subject?: string
  readonly result: string
  readonly reason?: string
}

let there: Processes
let id: string

const rows = (text: string) =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Told)
const tail = async (...args: readonly string[]) => rows((await there.run('audit', 'tail', ...args)).out)
/** Changes the file behind everybody's back. */
const behind = (sql: string): void => {
  const raw = new Sqlite(`${there.folder}/audit.db`)
  raw.exec(sql)
  raw.close()
}

beforeAll(async () => {
  there = new Processes()
  await there.run('init', '--yes')
  const created = await there.run('key', 'create', 'bot-1', '--user', 'asha', '--format', 'json')
  id = (JSON.parse(created.out) as { id: string }).id
})
afterAll(() => there.remove())

describe('tickwire audit', () => {
  it('tells what commands did to keys and feeds, without a secret', async () => {
    await there.run('key', 'allow', id, 'orders')
    await there.run('adapter', 'add', 'SIM-TWO', '--adapter', 'simulator')
    await there.run('adapter', 'disable', 'SIM-TWO')
    const told = await tail()
    expect(told.map(({ action, subject, result }) => [action, subject, result])).toEqual([
      ['audit.begun', undefined, 'ok'],
      ['key.created', id, 'ok'],
      ['key.changed', id, 'ok'],
      ['feed.added', 'SIM-TWO', 'ok'],
      ['feed.changed', 'SIM-TWO', 'ok'],
    ])
    expect(JSON.stringify(told)).not.toContain('tw_live_')
  })

  it('shows as many as are asked for, of the actions that are asked for', async () => {
    expect((await tail('-n', '1')).map(({ action }) => action)).toEqual(['feed.changed'])
    expect((await tail('--action', 'key.*')).map(({ action }) => action)).toEqual(['key.created', 'key.changed'])
    expect((await tail('--action', '*.a*d')).map(({ action }) => action)).toEqual(['feed.added'])
  })

  it('exports what was proven, between two moments, for people who calculate too', async () => {
    const { out, code } = await there.run('audit', 'export', '--since', '2020-01-01')
    expect([rows(out).length, code]).toEqual([5, 0])
    expect((await there.run('audit', 'export', '--until', '2020-01-01')).out).toBe('')
    const [head, , second] = (await there.run('audit', 'export', '--as', 'csv')).out.split('\n')
    expect(head).toBe('seq,at,process,action,actor,subject,address,result,reason')
    expect(second).toContain(`"key.created","operator","${id}","","ok"`)
  })

  it('refuses every change of keys, feeds and shares while it cannot be written, and makes none; but a key is revoked', async () => {
    const holder = new Sqlite(`${there.folder}/audit.db`)
    holder.exec('BEGIN IMMEDIATE')
    const keys = (await there.run('key', 'list')).out
    const changes = [
      ['key', 'create', 'bot-2'],
      ['key', 'deny', id, 'orders'],
      ['adapter', 'add', 'SIM-THREE', '--adapter', 'simulator'],
      ['adapter', 'share', 'SIM-TWO', '--with', 'asha', '--i-am-licensed'],
    ]
    for (const change of changes) {
      const { code, err, out } = await there.run(...change)
      expect([change.join(' '), code, out]).toEqual([change.join(' '), 1, ''])
      expect(err).toMatch(/^error AUDIT_UNWRITABLE: Nothing was changed/)
    }
    expect((await there.run('key', 'list')).out).toBe(keys)
    expect((await there.run('adapter', 'list')).out).not.toMatch(/SIM-THREE|sharedWith/)
    const revoked = await there.run('key', 'revoke', id)
    holder.close()
    expect([revoked.code, revoked.err]).toEqual([
      0,
      expect.stringMatching(/warning: the audit has no record of this.*STORE_BUSY.*is revoked/s),
    ])
    expect((await there.run('key', 'list')).out).not.toBe(keys)
  })

  it('names the first record that was changed, and fails', async () => {
    expect(await there.run('audit', 'verify')).toMatchObject({ code: 0, err: expect.stringContaining('is whole') })
    behind("UPDATE records SET actor = 'nobody' WHERE seq = 3")
    expect(await there.run('audit', 'verify')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error AUDIT_BROKEN: Record 3 of .* is not as it was written/),
    })
    const exported = await there.run('audit', 'export')
    expect([exported.code, rows(exported.out).length]).toEqual([1, 2])
    behind("UPDATE records SET actor = 'operator' WHERE seq = 3")
    expect((await there.run('audit', 'verify')).code).toBe(0)
  })
})

describe('sharing', () => {
  it('needs the word that says one may, names the law, and is recorded', async () => {
    const refused = await there.run('adapter', 'share', 'SIM-TWO', '--with', 'asha')
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/SEBI.*--i-am-licensed/s)])
    const shared = await there.run('adapter', 'share', 'SIM-TWO', '--with', 'asha', '--i-am-licensed')
    expect([shared.code, shared.err]).toEqual([0, expect.stringMatching(/SEBI.*never its orders/s)])
    expect((await there.run('adapter', 'list')).out).toContain('"sharedWith":["asha"]')
    await there.run('adapter', 'unshare', 'SIM-TWO', '--with', 'asha')
    expect((await there.run('adapter', 'list')).out).not.toContain('sharedWith')
    expect((await tail('-n', '2')).map(({ action, reason }) => [action, reason])).toEqual([
      ['feed.shared', 'with user asha; the operator said to be licensed'],
      ['feed.unshared', 'with user asha'],
    ])
  })
})

it('says where there is no audit yet, and makes none', async () => {
  const empty = new Processes()
  const { code, err } = await empty.run('audit', 'verify')
  expect([code, err]).toEqual([0, expect.stringContaining('There is no audit')])
  expect(existsSync(`${empty.folder}/audit.db`)).toBe(false)
  empty.remove()
})
