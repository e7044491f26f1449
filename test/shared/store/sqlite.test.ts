import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../../support/source.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tw-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

it('a process lives on when connections and statements it has forgotten could be collected', () => {
  // Compiled code in a process of its own: what fails here ends the process, from Node 24 on.
  const store = join(ROOT, 'dist/shared/store')
  const script = `
    import { Database } from '${store}/database.js'
    import { acquireLock } from '${store}/lock.js'
    function use(round) {
      const database = Database.open('${folder}/a.db', { migrations: ['CREATE TABLE t (a INTEGER) STRICT'] })
      database.atomically(() => database.write('INSERT INTO t VALUES (?)', round))
      database.pragma('data_version')
      database.close()
      acquireLock('${folder}/a.lock', 'test').release()
    }
    // The collector runs outside of any script only when it runs by itself: make it, by pressure.
    for (let round = 0; round < 100; round++) {
      use(round)
      const junk = []
      for (let nth = 0; nth < 100_000; nth++) junk.push({ nth })
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    process.stdout.write('alive')`
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  expect(child.stderr).toBe('')
  expect(child.stdout).toBe('alive')
})
