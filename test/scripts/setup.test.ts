import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { prepareFirstStart } from '../../scripts/setup.ts'
import { ManualClock } from '../../shared/clock.ts'
import { ControlStore } from '../../shared/store/control.ts'
import { temporaryFolder } from '../support/datafolder.ts'

const clock = new ManualClock()

function open(folder = temporaryFolder()) {
  const store = ControlStore.open(folder)
  onTestFinished(() => store.close())
  return { folder, store }
}

const content = (store: ControlStore) => ({
  users: store.users.list().map(({ id }) => id),
  feeds: store.feeds.list().map(({ name }) => name),
})

describe('the first start', () => {
  it('gives an empty system its user and its first feed, once', () => {
    const { store } = open()
    prepareFirstStart(store, clock)
    expect(content(store)).toEqual({ users: ['trader'], feeds: ['SIMULATOR'] })
    store.feeds.remove('SIMULATOR')
    prepareFirstStart(store, clock)
    expect(content(store)).toEqual({ users: ['trader'], feeds: [] })
  })

  it('that breaks off between user and feed leaves nothing, so that the next one does both', () => {
    const { folder, store } = open()
    vi.spyOn(store.feeds, 'add').mockImplementation(() => {
      throw new Error('power cut')
    })
    expect(() => prepareFirstStart(store, clock)).toThrow('power cut')
    const { store: next } = open(folder)
    expect(content(next)).toEqual({ users: [], feeds: [] })
    prepareFirstStart(next, clock)
    expect(content(next)).toEqual({ users: ['trader'], feeds: ['SIMULATOR'] })
  })

  it('changes nothing when another process was faster', () => {
    const { folder, store } = open()
    const { store: other } = open(folder)
    vi.spyOn(store.users, 'list').mockImplementationOnce(() => {
      prepareFirstStart(other, clock)
      other.feeds.remove('SIMULATOR')
      return []
    })
    prepareFirstStart(store, clock)
    expect(content(store)).toEqual({ users: ['trader'], feeds: [] })
  })
})
