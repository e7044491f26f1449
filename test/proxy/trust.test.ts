import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { idOf } from '../../bus/identity.ts'
import { Strangers } from '../../proxy/strangers.ts'
import { Trust } from '../../proxy/trust.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { ManualClock } from '../../shared/clock.ts'
import { identityOf, publicKeyOf } from '../support/identity.ts'

const idOfName = (name: string) => idOf(identityOf(name).publicKey)

describe('whose signature speaks for a feed', () => {
  it('is looked up anew when it is not the one that is known: its key may be a moment old', () => {
    const registered = [{ name: 'FEED', publicKey: publicKeyOf('FEED') }]
    const trust = new Trust(() => trust.register(registered))
    expect(trust.find('FEED', idOfName('FEED'))?.id).toBe(idOfName('FEED'))
    registered[0] = { name: 'FEED', publicKey: publicKeyOf('NEW') }
    expect(trust.find('FEED', idOfName('NEW'))?.id).toBe(idOfName('NEW'))
    expect(trust.find('FEED', idOfName('FEED'))?.id).not.toBe(idOfName('FEED'))
  })

  it('stays known after the feed was removed, for its last words', () => {
    const trust = new Trust(() => trust.register([]))
    trust.register([{ name: 'FEED', publicKey: publicKeyOf('FEED') }])
    trust.register([])
    expect(trust.find('FEED', idOfName('FEED'))?.id).toBe(idOfName('FEED'))
    expect(trust.find('OTHER', idOfName('FEED'))).toBeUndefined()
  })
})

describe('strangers', () => {
  const clock = new ManualClock()
  const records: AuditEvent[] = []
  const strangers = new Strangers({
    clock,
    log: pino({ enabled: false }),
    audit: { record: event => void records.push(event) },
  })

  it('are told at once, then all together every 10 s, by feed and reason', () => {
    for (let message = 0; message < 1000; message++) strangers.drop('FEED', 'forged')
    strangers.drop('OTHER', 'unsigned')
    expect(strangers.events().map(({ text }) => text)).toEqual([
      'dropped 1 bus message with a signature or stamp that is not of its feed',
    ])
    clock.advance(10_000)
    expect(strangers.events().map(({ name, text }) => `${name} ${text}`)).toEqual([
      'FEED dropped 1 bus message with a signature or stamp that is not of its feed',
      'FEED dropped 999 bus messages with a signature or stamp that is not of its feed',
      'OTHER dropped 1 bus message without the signature of its feed',
    ])
    expect(strangers.counts).toEqual({ strangers: 1001 })
    expect(records.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'bus.writer_dropped FEED',
      'bus.writer_dropped FEED',
      'bus.writer_dropped OTHER',
    ])
  })

  it('fill neither memory nor log with what they call themselves', () => {
    clock.advance(60_000)
    const before = strangers.events().length
    strangers.drop('FEED', 'forged')
    for (let name = 0; name < 1000; name++) strangers.drop(`X${name}`, 'unregistered')
    strangers.drop('{"level":60}\n', 'unsigned')
    clock.advance(10_000)
    expect(strangers.events().length).toBeLessThanOrEqual(20)
    expect(records.length - before).toBeLessThan(110)
    expect(strangers.events().every(({ name }) => /^[A-Z0-9-]+$|^others$/.test(name))).toBe(true)
  })
  it('are told apart for feeds that are registered, and all together for names that nobody has', () => {
    const told: AuditEvent[] = []
    const audit = { record: (event: AuditEvent) => void told.push(event) }
    const isRegistered = (name: string) => name === 'FEED'
    const apart = new Strangers({ clock, log: pino({ enabled: false }), audit, isRegistered })
    for (let name = 0; name < 1000; name++) apart.drop(`X${name}`, 'unregistered')
    apart.drop('FEED', 'forged')
    clock.advance(10_000)
    expect(told.map(({ subject }) => subject)).toEqual(['others', 'others', 'FEED'])
  })
})
