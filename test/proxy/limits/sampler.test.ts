import { expect, test } from 'vitest'
import { Sampler } from '../../../proxy/limits/sampler.ts'
import type { AuditAction, AuditEvent } from '../../../shared/audit.ts'
import { ManualClock } from '../../../shared/clock.ts'

function open() {
  const clock = new ManualClock()
  const told: AuditEvent[] = []
  const sampler = new Sampler({ record: event => told.push(event) }, clock)
  const say = (action: AuditAction, address = '192.0.2.1') =>
    sampler.record({ action, actor: 'stranger', address, result: 'refused', reason: 'why' })
  return { clock, told, sampler, say }
}

test('of a flood from one address one in a second is told, with how many it stands for', () => {
  const { clock, told, say } = open()
  for (let nth = 0; nth < 1000; nth++) say('auth.refused')
  clock.advance(1000)
  for (let nth = 0; nth < 5; nth++) say('auth.refused')
  clock.advance(10_000)
  say('auth.refused')
  expect(told.map(({ reason }) => reason)).toEqual([
    'why',
    'why; 999 times in the second before',
    'why; 5 times in the second before',
    'why',
  ])
})

test('who was turned away is counted, told or not, by the limit or the bad key', () => {
  const { sampler, say } = open()
  for (let nth = 0; nth < 1000; nth++) say('auth.refused')
  const reached = { action: 'limit.reached', subject: 'handshakes_per_second' } as const
  sampler.record({ ...reached, actor: 'stranger', result: 'refused' })
  sampler.record({ action: 'auth.accepted', actor: 'key:1', result: 'ok' })
  expect(sampler.refusals).toEqual({ bad_key: 1000, handshakes_per_second: 1 })
})

test('other addresses, other things and what no stranger causes are told by themselves', () => {
  const { told, say } = open()
  say('auth.refused')
  say('auth.refused', '192.0.2.2')
  say('limit.reached')
  for (let nth = 0; nth < 3; nth++) say('ticket.minted')
  expect(told).toHaveLength(6)
})

test('all addresses of one IPv6 customer are one', () => {
  const { told, say } = open()
  for (let nth = 1; nth < 100; nth++) say('auth.refused', `2001:db8:0:1::${nth.toString(16)}`)
  say('auth.refused', '2001:db8:0:2::1')
  expect(told).toHaveLength(2)
})

test('a bot that connects again and again is told once a second, and apart from the bot beside it', () => {
  const { clock, told, sampler } = open()
  for (const actor of ['key:a', 'key:b'])
    for (let nth = 0; nth < 50; nth++) sampler.record({ action: 'auth.accepted', actor, address: '::1', result: 'ok' })
  clock.advance(1000)
  expect(told.map(({ actor, reason }) => `${actor} ${reason}`)).toEqual([
    'key:a undefined',
    'key:b undefined',
    'key:a auth.accepted; 49 times in the second before',
    'key:b auth.accepted; 49 times in the second before',
  ])
})

test('no second has more than 200 records; how many were left out is one of the next', () => {
  const { clock, told, say } = open()
  for (let nth = 0; nth < 700; nth++) say('auth.locked', `10.0.${nth >> 8}.${nth & 255}`)
  expect(told).toHaveLength(200)
  clock.advance(1000)
  say('auth.locked')
  expect(told.slice(200).map(({ action, reason }) => `${action} ${reason}`)).toEqual([
    'audit.lost 500 more in the second before than the 200 that are told one by one',
    'auth.locked why',
  ])
})

test('a flood from very many addresses is told all together', () => {
  const { told, say } = open()
  for (let nth = 0; nth < 5000; nth++) say('auth.refused', `10.0.${nth >> 8}.${nth & 255}`)
  expect(told.length).toBe(200)
})
