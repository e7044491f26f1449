import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { loadConfig } from '../../../shared/config.ts'
import { ControlStore } from '../../../shared/store/control.ts'
import { dataFolder } from '../../../shared/store/folder.ts'
import { Processes } from '../../support/system.ts'

it('counts the pages that are signed in, the operator’s among them, and ends them all', async () => {
  const there = new Processes()
  onTestFinished(() => there.remove())
  const id = /tw_live_([^_]+)_/.exec((await there.run('key', 'create', 'page')).out)?.[1] ?? ''
  expect((await there.run('key', 'sessions', '--format', 'table')).err).toBe('No page is signed in.\n')
  const store = ControlStore.open(dataFolder(loadConfig({}, there.env)))
  onTestFinished(() => store.close())
  const now = systemClock.now()
  const start = (keyId: string | undefined, ttlMs = 3_600_000) =>
    store.sessions.start({ userId: 'trader', keyId, ticketId: undefined, ttlMs, most: 50, now })
  for (const keyId of [id, undefined, undefined]) start(keyId)
  start(id, 1)
  const shown = (await there.run('key', 'sessions', '--format', 'json')).out.trim().split('\n')
  const until = now + 3_600_000
  expect(shown.map(row => JSON.parse(row))).toEqual([
    { keyId: id, label: 'page', userId: 'trader', sessions: 1, until },
    { label: 'operator', userId: 'trader', sessions: 2, until },
  ])
  expect((await there.run('key', 'sessions', '--format', 'table')).out).toMatch(/\n— +operator +trader +2 /)
  const ended = await there.run('key', 'sessions', '--end', '--format', 'table')
  expect(ended).toMatchObject({ code: 0, out: '', err: expect.stringMatching(/^3 page sessions have ended/) })
  expect(store.sessions.list()).toEqual([])
  const audit = (await there.run('audit', 'tail', '--format', 'json')).out
  expect(audit).toContain('session.ended')
  expect((await there.run('key', 'sessions', '--end')).err).toBe('No page was signed in.\n')
})
