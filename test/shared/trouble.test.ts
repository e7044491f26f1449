import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from '../../shared/log.ts'
import { Trouble } from '../../shared/trouble.ts'

function open() {
  const to = new PassThrough()
  const log = createLog({ process: 'up', level: 'info', format: 'json', to })
  const trouble = new Trouble(log, { fails: 'it fails', over: 'it is over' })
  /** The lines since the last time. */
  const said = () =>
    String(to.read() ?? '')
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
      .map(({ msg, err }) => (err ? `${msg}: ${err.message}` : msg))
  const fail = (why: string) =>
    trouble.attempt(() => {
      throw new Error(why)
    })
  return { trouble, said, fail }
}

test('a trouble is told once for each cause, however often it is met, and once when it is over', () => {
  const { trouble, said, fail } = open()
  for (const why of ['locked', 'locked', 'damaged', 'locked', 'damaged']) fail(why)
  expect(said()).toEqual(['it fails: locked', 'it fails: damaged'])
  trouble.attempt(() => {})
  trouble.attempt(() => {})
  expect(said()).toEqual(['it is over'])
})

test('a trouble that comes again is told again', () => {
  const { trouble, said, fail } = open()
  fail('locked')
  trouble.attempt(() => {})
  fail('locked')
  expect(said()).toEqual(['it fails: locked', 'it is over', 'it fails: locked'])
})

test('what never fails says nothing', () => {
  const { trouble, said } = open()
  trouble.attempt(() => {})
  expect(said()).toEqual([])
})
