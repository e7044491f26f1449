import { describe, expect, it } from 'vitest'
import { Register, type RegisterLimits, type Verdict } from '../../../proxy/limits/register.ts'
import type { Guest } from '../../../proxy/limits/seats.ts'
import { explain } from '../../../proxy/limits/words.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { loadConfig } from '../../../shared/config.ts'

const guest = (keyId: string, rest: Partial<Guest> = {}): Guest => ({
  keyId,
  userId: 'alice',
  label: `label of ${keyId}`,
  address: '192.0.2.1',
  ...rest,
})

function open(limits: Partial<RegisterLimits> = {}) {
  const clock = new ManualClock()
  const register = new Register({ ...loadConfig({}, {}).proxy, ...limits }, clock, () => 0)
  const admit = (seat: number, who: Guest = guest('A'), owner = 1): Verdict =>
    register.answer(owner, { kind: 'admit', seat, guest: who })
  const hold = (seat: number, symbols: number, owner = 1): Verdict =>
    register.answer(owner, { kind: 'hold', seat, symbols })
  return { clock, register, admit, hold }
}

describe('a key', () => {
  it('has five connections; the sixth is told who has them, and the oldest stay', () => {
    const { clock, register, admit } = open()
    const since = clock.now()
    for (let seat = 0; seat < 5; seat++) {
      const address = seat < 2 ? '192.0.2.1' : '192.0.2.2'
      expect(admit(seat, guest('A', { address })).standing).toMatchObject({ key: seat + 1, user: seat + 1 })
      clock.advance(1000)
    }
    const { reached } = admit(9)
    expect(reached).toEqual({
      limit: 'connections_per_key',
      max: 5,
      used: 5,
      heldBy: [
        { key: 'A', label: 'label of A', address: '192.0.2.1', connections: 2, symbols: 0, since },
        { key: 'A', label: 'label of A', address: '192.0.2.2', connections: 3, symbols: 0, since: since + 2000 },
      ],
    })
    expect(reached && explain(reached)).toBe(
      'Limit reached: 5 of 5 connections of this key are open; the setting is proxy.connections_per_key',
    )
    register.answer(1, { kind: 'leave', seat: 3 })
    expect(admit(9).reached).toBeUndefined()
  })

  it('shares ten with the other keys of its user, whose own are named, and nobody else’s', () => {
    const { admit } = open()
    for (let seat = 0; seat < 10; seat++) admit(seat, guest(seat < 5 ? 'A' : 'B'))
    admit(20, guest('X', { userId: 'bob' }))
    const { reached } = admit(10, guest('C'))
    expect(reached).toMatchObject({ limit: 'connections_per_user', max: 10, used: 10 })
    expect(reached?.heldBy?.map(({ key, connections }) => [key, connections])).toEqual([
      ['A', 5],
      ['B', 5],
    ])
  })

  it('may have a bound of its own, which lowers the limit and never raises it', () => {
    const { admit } = open()
    const narrow = guest('A', { quota: { connections: 1 } })
    admit(1, narrow)
    const { reached } = admit(2, narrow)
    expect(reached).toMatchObject({ max: 1, used: 1, isOfKey: true })
    expect(reached && explain(reached)).toContain('tickwire key show')
    for (let seat = 10; seat < 15; seat++) admit(seat, guest('B', { quota: { connections: 100 } }))
    expect(admit(15, guest('B', { quota: { connections: 100 } })).reached).toMatchObject({ max: 5 })
  })

  it('shown again on a connection changes nothing; another takes the place of the first', () => {
    const { admit } = open({ connectionsPerKey: 1, connectionsPerUser: 1 })
    admit(1)
    expect(admit(1).reached).toBeUndefined()
    expect(admit(1, guest('B')).standing).toMatchObject({ key: 1, user: 1 })
    expect(admit(2).reached).toMatchObject({ limit: 'connections_per_user' })
  })
})

describe('symbols', () => {
  it('are given as far as the key has room, and said who holds the rest', () => {
    const { admit, hold } = open({ symbolsPerKey: 100 })
    admit(1)
    admit(2)
    admit(3, guest('B'))
    expect(hold(1, 70)).toEqual({ symbols: 70 })
    const second = hold(2, 40)
    expect(second).toMatchObject({ symbols: 30, reached: { limit: 'symbols_per_key', max: 100, used: 100 } })
    expect(second.reached?.heldBy).toMatchObject([{ key: 'A', connections: 2, symbols: 100 }])
    expect(hold(3, 100)).toEqual({ symbols: 100 })
    expect(hold(1, 10)).toEqual({ symbols: 10 })
    expect(hold(2, 40)).toEqual({ symbols: 40 })
    expect(admit(1).standing).toMatchObject({ symbols: 50 })
  })

  it('are given back with the connection', () => {
    const { register, admit, hold } = open({ symbolsPerKey: 100 })
    admit(1)
    admit(2)
    hold(1, 100)
    expect(hold(2, 1).symbols).toBe(0)
    register.answer(1, { kind: 'leave', seat: 1 })
    expect(hold(2, 100)).toEqual({ symbols: 100 })
  })

  it('beyond a bound that shrank are given up by who is asked first, and no others are given', () => {
    const { admit, hold, register } = open()
    const trim = (seat: number) => register.answer(1, { kind: 'trim', seat })
    for (const seat of [1, 2]) {
      admit(seat)
      hold(seat, 10)
    }
    const narrow = guest('A', { quota: { subscriptions: 12, connections: 1 } })
    expect(admit(3, narrow).reached).toMatchObject({ limit: 'connections_per_key', max: 1, isOfKey: true })
    for (const seat of [1, 2]) expect(admit(seat, narrow).reached).toBeUndefined()
    expect(hold(1, 11)).toMatchObject({ symbols: 10, reached: { max: 12, used: 20 } })
    expect(trim(1)).toMatchObject({ symbols: 2, reached: { limit: 'symbols_per_key', max: 12, used: 20 } })
    expect(trim(2)).toEqual({ symbols: 10 })
    expect(admit(1, narrow).standing).toMatchObject({ symbols: 12 })
    expect(trim(9)).toEqual({})
  })

  it('have the bound of the key', () => {
    const { admit, hold } = open()
    admit(1, guest('A', { quota: { subscriptions: 10 } }))
    expect(hold(1, 11)).toMatchObject({ symbols: 10, reached: { max: 10, isOfKey: true } })
  })
})

describe('several processes', () => {
  it('are counted together, and one that dies gives back what it held, and nothing of others', () => {
    const { register, admit, hold } = open({ symbolsPerKey: 10 })
    for (const [seat, owner] of [1, 1, 1, 2, 2].entries()) admit(seat, guest('A'), owner)
    hold(0, 10, 1)
    expect(admit(0, guest('A'), 3).reached).toMatchObject({ used: 5 })
    register.ended(1)
    for (let seat = 0; seat < 3; seat++) expect(admit(seat, guest('A'), 3).reached).toBeUndefined()
    expect(admit(3, guest('A'), 3).reached).toMatchObject({ used: 5 })
    expect(hold(3, 10, 2)).toEqual({ symbols: 10 })
  })

  it('give back addresses, too, that came through a forwarder', () => {
    const { register } = open({ connectionsPerAddress: 1 })
    const enter = (owner: number) =>
      register.answer(owner, { kind: 'enter', seat: 1, address: '192.0.2.9' }).arrival?.kind
    expect([enter(1), enter(2)]).toEqual(['welcome', 'refused'])
    register.ended(1)
    expect(enter(2)).toBe('welcome')
    register.answer(2, { kind: 'leave', seat: 1 })
    expect(enter(1)).toBe('welcome')
  })
})

describe('what requests with a key look at', () => {
  const lookOut = (register: Register, owner: number, seat = -1) =>
    register.answer(owner, { kind: 'look-out', seat, guest: guest('A') })

  it('counts as symbols of the key, and is no connection', () => {
    const { register, admit, hold } = open({ symbolsPerKey: 10, maxUnauthenticated: 10 })
    lookOut(register, 1)
    expect(hold(-1, 6)).toEqual({ symbols: 6 })
    expect(admit(0).standing).toMatchObject({ key: 1, user: 1, symbols: 6 })
    expect(register.gate.crowd).toBe(-0.1)
    expect(hold(0, 5)).toMatchObject({ symbols: 4, reached: { limit: 'symbols_per_key', max: 10, used: 10 } })
    expect(hold(-1, 7).reached?.heldBy).toMatchObject([{ key: 'A', connections: 1, symbols: 10 }])
    register.answer(1, { kind: 'leave', seat: -1 })
    expect(hold(0, 10)).toEqual({ symbols: 10 })
    expect(register.gate.crowd).toBe(-0.1)
  })

  it('counts once, though requests with that key come to two processes', () => {
    const { register, admit, hold } = open({ symbolsPerKey: 10 })
    for (const owner of [1, 2]) {
      lookOut(register, owner)
      expect(hold(-1, 8, owner)).toEqual({ symbols: 8 })
    }
    expect(admit(0).standing).toMatchObject({ symbols: 8 })
    expect(hold(0, 3)).toMatchObject({ symbols: 2 })
    register.ended(2)
    expect(hold(0, 3)).toMatchObject({ symbols: 2 })
    register.ended(1)
  })

  it('is twice the limit in all processes together at most, however many there are', () => {
    const { register, admit, hold } = open({ symbolsPerKey: 10 })
    for (const owner of [1, 2, 3, 4]) lookOut(register, owner)
    const held = [1, 2, 3, 4].map(owner => hold(-1, 8, owner).symbols)
    expect(held).toEqual([8, 8, 4, 0])
    expect(admit(0).standing).toMatchObject({ symbols: 10 })
    expect(hold(0, 1)).toMatchObject({ symbols: 0, reached: { limit: 'symbols_per_key', max: 10, used: 10 } })
    register.ended(1)
    expect(hold(-1, 8, 4)).toEqual({ symbols: 8 })
  })
})
