import { describe, expect, it } from 'vitest'
import { openSession, testBroker } from './sessionrig.ts'

describe('what an adapter says of a failure', () => {
  it('holds nothing of the ticket, also where the broker repeats it', async () => {
    const session = openSession({ hello: ['login'] })
    session.tickets.login('secret-ticket')
    for (let tries = 0; tries < 3; tries++) {
      session.broker.last.accept()
      session.broker.last.say('no secret-ticket\nis over')
      await session.pass(1000)
    }
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'auth_required',
      reason: expect.stringMatching(/^SESSION_EXPIRED: \[redacted\] is over/),
    })
  })

  it('may be an exception: the connection is over, and made again', async () => {
    const { session: own } = testBroker()
    const classify = () => {
      throw new TypeError('no reason')
    }
    const session = openSession({ broker: { session: { ...own, classify } } })
    session.tickets.login('one')
    session.broker.last.refuse(403)
    await session.pass(1000)
    expect(session.bus.statuses().at(-1)).toMatchObject({
      reason: expect.stringMatching(/^ADAPTER_INVALID: Adapter testbroker: session.classify failed: no reason/),
    })
    expect(session.broker.sockets.length).toBeGreaterThan(1)
  })
})
