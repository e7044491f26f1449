import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryPath } from '../../support/datafolder.ts'
import { Command, Processes } from '../../support/system.ts'

function emptyFolder(): Processes {
  const processes = new Processes()
  onTestFinished(() => processes.remove())
  return processes
}

describe('tickwire key', () => {
  it('makes nothing where nothing was ever started, and says what to do', async () => {
    const folder = join(temporaryPath(), 'none')
    const run = (...args: string[]) => new Command(['--data-dir', folder, 'key', ...args]).done
    const said = { out: '', err: expect.stringMatching(/^Nothing was started in .*none yet\. next: tickwire up/) }
    expect(await run('list')).toMatchObject({ code: 0, ...said })
    expect(await run('revoke', 'abc')).toMatchObject({ code: 1, ...said })
    expect(existsSync(folder)).toBe(false)
  })

  it('says what a key may read, and changes it', async () => {
    const there = emptyFolder()
    const list = async () => {
      const { out } = await there.run('key', 'list', '--format', 'json')
      const rows = out.trim().split('\n')
      return rows.map(row => JSON.parse(row)).map(({ id, label, scopes }) => ({ id, label, scopes }))
    }
    const plain = await there.run('key', 'create', 'plain', '--format', 'json')
    expect(JSON.parse(plain.out).scopes).toEqual(['prices'])
    const bot = await there.run('key', 'create', 'bot', '--orders')
    expect(bot.err).toContain('It reads prices and order updates, and cannot trade.')
    const old = await there.pipe('a1'.repeat(32), 'key', 'import', 'old', '--orders', '--format', 'json')
    expect(JSON.parse(old.out).scopes).toEqual(['prices', 'orders'])
    const keys = await list()
    expect(keys.map(({ label, scopes }) => [label, scopes.join()])).toEqual([
      ['plain', 'prices'],
      ['bot', 'prices,orders'],
      ['old', 'prices,orders'],
    ])
    const table = await there.run('key', 'list', '--format', 'table')
    expect(table.out).toMatch(/ORIGIN +READS +CREATED/)
    expect(table.out).toMatch(/old .* prices, orders +\d/)
    const allowed = await there.run('key', 'allow', keys[0]?.id ?? '', 'orders')
    expect(allowed).toMatchObject({ code: 0, out: '', err: expect.stringContaining('may read orders; connected') })
    const denied = await there.run('key', 'deny', bot.out.trim(), 'orders')
    expect(denied.err).toContain(`Key ${keys[1]?.id} reads no orders any more`)
    expect((await list()).map(({ scopes }) => scopes.length)).toEqual([2, 1, 2])
  })

  it('says where a key takes its prices from, and changes it', async () => {
    const there = emptyFolder()
    const add = (name: string, user: string) =>
      there.run('adapter', 'add', name, '--adapter', 'simulator', '--user', user)
    for (const name of ['ONE', 'TWO']) expect((await add(name, 'trader')).code).toBe(0)
    expect((await add('HERS', 'asha')).code).toBe(0)
    const made = await there.run('key', 'create', 'bot', '--feeds', 'two,ONE')
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining('Its feeds: TWO, then ONE.') })
    const list = async () => JSON.parse((await there.run('key', 'list', '--format', 'json')).out)
    const { id, feeds } = await list()
    expect(feeds).toEqual(['TWO', 'ONE'])
    expect((await there.run('key', 'list', '--format', 'table')).out).toMatch(/FEEDS +STATE\n.* TWO, ONE +active/)
    const changed = await there.run('key', 'feeds', id, 'ONE')
    expect(changed).toMatchObject({ code: 0, err: expect.stringContaining('takes its prices from ONE; connected') })
    for (const [words, code, said] of [
      [[id, 'NONE'], 2, 'next: use one of: ONE, SIMULATOR, TWO'],
      [[id, 'HERS'], 2, 'Feed HERS belongs to another user, not to trader'],
      [[id], 2, 'Name the feeds, or say --all'],
      [['nosuchkey0', 'ONE'], 1, 'No key has the id nosuchkey0'],
    ] as const)
      expect(await there.run('key', 'feeds', ...words)).toMatchObject({ code, err: expect.stringContaining(said) })
    expect((await list()).feeds).toEqual(['ONE'])
    expect((await there.run('key', 'feeds', id, '--all')).err).toContain('takes its prices from all feeds of its user')
    expect('feeds' in (await list())).toBe(false)
  })

  it('changes no key that is not there, and nothing it does not know', async () => {
    const there = emptyFolder()
    await there.run('key', 'create', 'bot')
    const nobody = await there.run('key', 'allow', 'nosuchkey0', 'orders')
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('error NOT_FOUND: No key has the id nosuch') })
    const trade = await there.run('key', 'allow', 'nosuchkey0', 'trades')
    expect(trade).toMatchObject({ code: 2, err: expect.stringContaining('orders') })
    const foreign = await there.run('key', 'deny', 'a1'.repeat(32), 'orders')
    expect(foreign).toMatchObject({ code: 1, err: expect.not.stringContaining('a1a1') })
  })

  it('warns that the user of a new key has no feed, with the command that gives him one', async () => {
    const there = emptyFolder()
    const { code, out, err } = await there.run('key', 'create', 'bot', '--user', 'nobody')
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^tw_live_\w+\n$/) })
    const [, next = ''] = /^warning: user nobody has no feed yet, .* next: (.*)$/m.exec(err) ?? []
    const imported = await new Command(['key', 'import', 'old', '--user', 'nobody'], there.env, 'a1'.repeat(32)).done
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining(next) })
    const words = next.replace('NAME', 'MINE').split(' ').slice(1)
    expect((await there.run(...words)).code).toBe(0)
    for (const user of ['nobody', 'trader'])
      expect((await there.run('key', 'create', 'bot', '--user', user)).err).not.toContain('warning')
  })
})
