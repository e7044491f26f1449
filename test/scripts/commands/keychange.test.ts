import { describe, expect, it, onTestFinished } from 'vitest'
import { Processes } from '../../support/system.ts'

function emptyFolder(): Processes {
  const processes = new Processes()
  onTestFinished(() => processes.remove())
  return processes
}

const idOf = (key: string): string => /tw_live_([^_]+)_/.exec(key)?.[1] ?? ''

describe('tickwire key', () => {
  it('binds a key, shows how, and binds it otherwise', async () => {
    const there = emptyFolder()
    const made = await there.run('key', 'create', 'page', '--symbols', 'NIFTY*', '--modes', 'ltp', '--connections', '2')
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^tw_live_\w+\n$/) })
    expect(made.err).toContain('It reads prices and cannot trade. Bounds: in ltp; of NIFTY*; connections: 2.')
    const id = idOf(made.out)
    const show = async () => JSON.parse((await there.run('key', 'show', id, '--format', 'json')).out)
    expect(await show()).toMatchObject({
      id,
      state: 'active',
      bounds: { modes: ['LTP'], symbols: ['NIFTY*'], quota: { connections: 2 } },
    })
    const changed = await there.run(
      'key',
      'change',
      id,
      '--modes',
      'any',
      '--exchanges',
      'NSE',
      '--expires',
      '2d',
      '--orders',
    )
    expect(changed).toMatchObject({
      code: 0,
      err: expect.stringContaining('Bounds: of NSE; of NIFTY*; connections: 2.'),
    })
    expect(await show()).toMatchObject({
      bounds: { exchanges: ['NSE'], symbols: ['NIFTY*'], quota: { connections: 2 } },
      scopes: ['prices', 'orders'],
      expiresAt: expect.any(Number),
    })
    const table = (await there.run('key', 'show', id, '--format', 'table')).out
    expect(table).toMatch(/bounds +of NSE; of NIFTY\*; connections: 2\n/)
    expect(table).toMatch(/last used +—/)
    expect(table).not.toContain(made.out.trim().slice(-20))
    const wrong = await there.run('key', 'change', id, '--exchanges', 'NSEE')
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('did you mean NSE?') })
    const nothing = await there.run('key', 'change', id)
    expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining('Say what is to change') })
  })

  it('lets a key tend the proxy, whatever else it does, and takes that away', async () => {
    const there = emptyFolder()
    const made = await there.run('key', 'create', 'desk', '--orders')
    const id = idOf(made.out)
    const scopes = async () => JSON.parse((await there.run('key', 'show', id, '--format', 'json')).out).scopes
    const changed = await there.run('key', 'change', id, '--admin')
    expect(changed.err).toContain('It may see and tend the whole proxy.')
    expect(await scopes()).toEqual(['prices', 'orders', 'admin'])
    expect((await there.run('key', 'change', id, '--no-admin')).code).toBe(0)
    expect(await scopes()).toEqual(['prices', 'orders'])
    expect((await there.run('key', 'create', 'other', '--admin')).err).toContain('see and tend the whole proxy')
    expect((await there.run('key', 'allow', id, 'admin')).err).toContain('may tend the whole proxy; connected')
    expect((await there.run('key', 'show', id, '--format', 'table')).out).toMatch(/page sessions +0\n/)
  })

  it('rotates a key, once, and prints the new one and nothing else', async () => {
    const there = emptyFolder()
    const old = (await there.run('key', 'create', 'bot', '--exchanges', 'NSE', '--orders')).out.trim()
    const rotated = await there.run('key', 'rotate', idOf(old), '--overlap', '10m')
    expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(/^tw_live_\w+\n$/) })
    const next = rotated.out.trim()
    expect(rotated.err).toContain(`Key ${idOf(next)} takes over from ${idOf(old)}: shown this once.`)
    expect(rotated.err).not.toContain(next)
    const list = (await there.run('key', 'list', '--format', 'json')).out.trim().split('\n')
    const rows = list.map(row => JSON.parse(row))
    expect(rows.map(({ label, bounds, scopes }) => [label, bounds.exchanges, scopes.length])).toEqual([
      ['bot', ['NSE'], 2],
      ['bot', ['NSE'], 2],
    ])
    expect(rows[0].expiresAt - rows[1].createdAt).toBe(600_000)
    const again = await there.run('key', 'rotate', idOf(old))
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining(`next: tickwire key rotate ${idOf(next)}`) })
    expect(await there.run('key', 'rotate', 'nosuchkey0')).toMatchObject({ code: 1 })
  })

  it('says when keys were used, and that it knows no more while no proxy runs', async () => {
    const there = emptyFolder()
    const id = idOf((await there.run('key', 'create', 'bot')).out)
    const used = await there.run('key', 'usage', '--format', 'table')
    expect(used).toMatchObject({ code: 0, err: expect.stringContaining('The proxy does not run') })
    expect(used.out).toMatch(/ID +LABEL +LAST USED +CONNECTIONS/)
    expect(used.out).toMatch(new RegExp(`${id} +bot +— +— +— +—`))
    expect(await there.run('key', 'usage', 'nosuchkey0')).toMatchObject({ code: 1 })
  })
})
