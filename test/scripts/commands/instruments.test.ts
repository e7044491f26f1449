import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryPath } from '../../support/datafolder.ts'
import { expectFailure } from '../../support/said.ts'
import { Command } from '../../support/system.ts'

describe('tickwire instruments', () => {
  it.each([
    ['search', 'reliance'],
    ['search', 'reliance', '--feed', 'SIMULATOR'],
    ['explain', 'NSE:RELIANCE'],
  ])('%s %s makes nothing where nothing was ever started, and says what to do', async (...args) => {
    const folder = join(temporaryPath(), 'none')
    const said = await new Command(['--data-dir', folder, 'instruments', ...args]).done
    expectFailure(said, 1, /^error INSTRUMENTS_MISSING: Nothing was started in .*none yet/, /^next: tickwire up/)
    expect(existsSync(folder)).toBe(false)
  })
})
