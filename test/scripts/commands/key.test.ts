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
