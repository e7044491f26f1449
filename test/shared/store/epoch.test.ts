import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nextEpoch, noteEpoch } from '../../../shared/store/epoch.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

describe('the epoch of a publisher', () => {
  it('is the time of its start', () => {
    const folder = temporaryFolder()
    expect([nextEpoch(folder, 'A', 1000), nextEpoch(folder, 'A', 2000)]).toEqual([1000, 2000])
  })

  it('is newer than the last one although the clock was set back, each time, and for its own feed only', () => {
    const folder = temporaryFolder()
    nextEpoch(folder, 'A', 9000)
    expect([nextEpoch(folder, 'A', 1000), nextEpoch(folder, 'A', 1000), nextEpoch(folder, 'B', 1000)]).toEqual([
      9001, 9002, 1000,
    ])
  })

  it('is above one that was heard of, which never lowers it', () => {
    const folder = temporaryFolder()
    nextEpoch(folder, 'A', 1000)
    noteEpoch(folder, 'A', 7000)
    noteEpoch(folder, 'A', 5000)
    expect(nextEpoch(folder, 'A', 1100)).toBe(7001)
  })

  it('is the time again when its record cannot be understood', () => {
    const folder = temporaryFolder()
    nextEpoch(folder, 'A', 9000)
    writeFileSync(folder.runFile('epoch-A'), '')
    expect(nextEpoch(folder, 'A', 1000)).toBe(1000)
  })
})
