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
  return { clock, told, say }
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

test('other addresses, other things and what no stranger causes are told by themselves', () => {
  const { told, say } = open()
  say('auth.refused')
  say('auth.refused', '192.0.2.2')
  say('limit.reached')
  for (let nth = 0; nth < 3; nth++) say('auth.accepted')
  expect(told).toHaveLength(6)
})

test('a flood from very many addresses is told all together', () => {
  const { told, say } = open()
  for (let nth = 0; nth < 5000; nth++) say('auth.refused', `10.0.${nth >> 8}.${nth & 255}`)
  expect(told.length).toBeLessThanOrEqual(1001)
})
