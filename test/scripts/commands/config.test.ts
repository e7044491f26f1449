import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../../../shared/config/settings.ts'
import { emptyFolder } from '../../support/enrolled.ts'

const SECRET = 'canary-31415926-of-a-feed'

const lines = (out: string) =>
  out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

function folderWith(text: string) {
  const there = emptyFolder()
  const file = join(there.folder, 'tickwire.toml')
  writeFileSync(file, text, { mode: 0o600 })
  return { there, file }
}

describe('tickwire config check', () => {
  it('names every fault with its line and the next step, and exits with 78', async () => {
    const { there, file } = folderWith('[log]\nlevel = "loud"\n\n[proxy]\nhost = "::1"\nprot = 9\n')
    const { code, out } = await there.run('config', 'check')
    expect(code).toBe(78)
    expect(lines(out)).toEqual([
      {
        verdict: 'fail',
        setting: 'proxy.prot',
        where: `${file}:6`,
        problem: expect.any(String),
        next: expect.any(String),
      },
      {
        verdict: 'fail',
        setting: 'log.level',
        where: `${file}:2`,
        problem: expect.any(String),
        next: expect.any(String),
      },
    ])
    const wrong = await there.start(['config', 'check'], { TICKWIRE_LOG_LEVEL: 'loud', TICKWIRE_NOPE: '1' }).done
    const where = lines(wrong.out).map(one => one.where)
    expect(where).toEqual([`${file}:6`, 'environment', 'TICKWIRE_LOG_LEVEL'])
  })

  it('looks at settings of feeds as a start does', async () => {
    const { there, file } = folderWith('[feeds.SIMULATOR]\nrate = 0\n')
    const { code, out } = await there.run('config', 'check')
    expect(code).toBe(78)
    expect(lines(out)).toMatchObject([{ setting: 'feeds.SIMULATOR.rate', where: `${file}:2` }])
  })

  it('exits with 5 for warnings, and with 0 when all is well', async () => {
    const { there, file } = folderWith('\n[feeds.NOPE]\n')
    const warned = await there.run('config', 'check')
    expect(warned.code).toBe(5)
    expect(lines(warned.out)).toMatchObject([{ verdict: 'warn', setting: 'feeds.NOPE', where: `${file}:2` }])
    expect(await emptyFolder().run('config', 'check')).toMatchObject({ code: 0, out: '' })
  })
})

describe('tickwire config print', () => {
  it('says of each setting what counts and who said it, and shows no secret', async () => {
    const { there, file } = folderWith(
      `[proxy]\nhost = "::1"\nping_ms = 5000\n[feeds.SIMULATOR]\nrate = 7\n[feeds.OTHER]\nanything = "${SECRET}"\nstream_url = "wss://me:${SECRET}@x.example/?k=${SECRET}"\n`,
    )
    const env = { WEBSOCKET_PORT: '9001', TICKWIRE_API_KEY: SECRET }
    const { code, out } = await there.start(['config', 'print'], env).done
    expect(code).toBe(0)
    expect(out).not.toContain(SECRET)
    const byName = new Map(lines(out).map(({ setting, ...rest }) => [setting, rest]))
    expect([...byName.keys()]).toEqual(expect.arrayContaining(SETTINGS.map(({ spelling }) => spelling)))
    expect(byName.get('proxy.host')).toEqual({ value: '::1', origin: file })
    expect(byName.get('proxy.port')).toEqual({ value: 9001, origin: 'WEBSOCKET_PORT' })
    expect(byName.get('proxy.workers')).toEqual({ value: 1, origin: 'default' })
    expect(byName.get('data_dir')).toEqual({ value: there.folder, origin: 'TICKWIRE_DATA_DIR' })
    expect(byName.get('feeds.SIMULATOR.rate')).toEqual({ value: 7, origin: file })
    expect(byName.get('TICKWIRE_API_KEY')).toEqual({ value: '[redacted]', origin: 'TICKWIRE_API_KEY' })
  })
})

describe('tickwire config doc', () => {
  it('has a row for every setting, also as a table for a document', async () => {
    const there = emptyFolder()
    const rows = lines((await there.run('config', 'doc')).out)
    expect(rows.map(({ setting }) => setting)).toEqual(SETTINGS.map(({ spelling }) => spelling))
    const { out } = await there.run('config', 'doc', '--markdown')
    expect(out).toContain('| `proxy.port` | `8765` | `TICKWIRE_PROXY_PORT`, `WEBSOCKET_PORT` | WebSocket and HTTP')
    expect(out.trimEnd().split('\n')).toHaveLength(SETTINGS.length + 2)
  })
})
