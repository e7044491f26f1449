import { expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { Account } from './account.ts'

const open = (options: { tokenLifeMs?: number; mint?: (userId: string) => string } = {}) => {
  const clock = new ManualClock()
  const ended: string[] = []
  return { clock, ended, account: new Account({ userId: 'AB1', clock, ended: token => ended.push(token), ...options }) }
}

it('redeems a request token once, within minutes', () => {
  const { account, clock } = open()
  const token = account.issueRequestToken()
  expect(account.isGood(token)).toBe(true)
  const granted = account.redeem(token)
  expect(account.holder(granted?.accessToken ?? '')).toBe('AB1')
  expect([account.isGood(token), account.redeem(token)]).toEqual([false, undefined])
  const late = account.issueRequestToken()
  clock.advance(301_000)
  expect([account.isGood(late), account.redeem(late)]).toEqual([false, undefined])
})

it('a login ends the one before, and its sockets', () => {
  const { account, ended } = open()
  const first = account.login()
  const second = account.login()
  expect(ended).toEqual([first])
  expect([account.holder(first), account.holder(second), account.accessToken()]).toEqual([undefined, 'AB1', second])
  account.end('AB1', true)
  expect(account.holder(second)).toBeUndefined()
  expect(ended).toEqual([first])
})

it('tokens end by the clock where they have a life, the latest login by its own', () => {
  const { account, clock, ended } = open({ tokenLifeMs: 1000, mint: user => `${user}-${clock.now()}` })
  const first = account.login()
  clock.advance(600)
  const second = account.login()
  clock.advance(600)
  expect(ended).toEqual([first])
  clock.advance(500)
  expect(ended).toEqual([first, second])
  expect(account.accessToken()).toBeUndefined()
})
