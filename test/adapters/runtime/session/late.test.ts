import { describe, expect, it } from 'vitest'
import type { Decoder } from '../../../../adapters/contract.ts'
import { ltps } from '../rig.ts'
import { openBooks, openSession, told } from './sessionrig.ts'
import { decode } from './words.ts'

type Session = ReturnType<typeof openSession>
type Socket = Session['broker']['last']

/** What the door to the network might still say of a socket that is over. */
const LATE: readonly (readonly [string, (old: Socket) => void])[] = [
  ['a price', old => old.say('tick A 666')],
  ['a price in parts', old => old.say('top A 666; book A')],
  ['the end of the session', old => old.say('no more')],
  ['frames that cannot be read', old => ['bad', 'bad', 'bad'].forEach(old.say)],
  ['a pong', old => old.pong()],
  ['an opening', old => old.accept()],
  ['a close', old => old.drop()],
  ['an eviction', old => old.evict()],
  ['a refusal', old => old.refuse(403)],
  ['"too many"', old => old.refuse(429, 60_000)],
  ['a refusal without an end', old => old.stall(403)],
]

/** Everything that a late word could change. */
const facts = (session: Session) => ({
  sockets: session.broker.sockets.map(({ cut, pings, sent }) => ({ cut, pings, sent: sent.length })),
  state: session.status.state,
  reason: session.bus.statuses().at(-1)?.reason,
  prices: ltps(session.bus.lane('P1')),
  traffic: session.traffic.counts(),
  orders: session.orders.length,
  links: session.feed.connections(),
  rest: session.breaker.rest,
})

async function changesNothing(session: Session, old: Socket | undefined, late: (old: Socket) => void): Promise<void> {
  session.clock.advance(1)
  const before = facts(session)
  if (!old) throw new Error('there is no old socket')
  late(old)
  await session.pass(400, { beats: true })
  expect(facts(session)).toEqual(before)
}

describe.each(LATE)('%s of a socket that is over', (_, late) => {
  it('changes nothing of the next one after it was dropped', async () => {
    const session = openSession()
    session.want('A:LTP')
    session.live()
    session.broker.last.drop()
    await session.pass(1000)
    session.broker.last.accept()
    session.broker.last.say('tick A 100')
    await changesNothing(session, session.broker.sockets[0], late)
  })

  it('changes nothing after it was cut from here: by another login, or a process that stood still', async () => {
    for (const why of ['login', 'gap']) {
      const session = openSession()
      session.want('A:LTP')
      session.live()
      if (why === 'login') session.tickets.login('two')
      else session.feed.missed({ ms: 3000, clock: 'process' })
      session.broker.last.accept()
      session.broker.last.say('tick A 100')
      await changesNothing(session, session.broker.sockets[0], late)
    }
  })

  it('changes nothing after its handshake had no answer in time', async () => {
    const session = openSession()
    session.want('A:LTP')
    session.tickets.login('one')
    await session.pass(8000)
    expect(session.broker.sockets).toHaveLength(2)
    session.broker.last.accept()
    session.broker.last.say('tick A 100')
    await changesNothing(session, session.broker.sockets[0], late)
  })

  it.each(['open', 'still being opened'])('changes nothing while nothing is connected, where it was %s', async was => {
    const session = openSession()
    session.want('A:LTP')
    session.tickets.login('one')
    if (was === 'open') session.broker.last.accept()
    session.tickets.logout()
    await changesNothing(session, session.broker.sockets[0], late)
    expect(session.feed.connections()).toEqual({ open: 0, needed: 0 })
  })

  it('changes nothing on the sockets beside the main one', async () => {
    const session = openBooks()
    session.want('A:BOOK50')
    session.live()
    session.nth(1).accept()
    session.nth(1).drop()
    await session.pass(1000, { beats: true })
    expect(session.urls()).toEqual(['test:one', 'books:one', 'books:one'])
    session.nth(2).accept()
    session.nth(0).say('top A 100')
    session.nth(2).say('book book-A')
    await changesNothing(session, session.broker.sockets[1], late)
  })
})

describe('what a decoder remembers', () => {
  /** Names are numbered by the socket that says them, as brokers with short messages do. */
  const numbered = (): Decoder => {
    const names: string[] = []
    return (frame, receivedAt) => {
      const [word = '', rest = ''] = String(frame).split('=')
      if (word === 'name') names.push(rest)
      return word === 'name' ? [{ kind: 'heartbeat' }] : decode(`tick ${names[Number(word)]} ${rest}`, receivedAt)
    }
  }

  it('dies with its connection: the same number is another instrument on the next one', async () => {
    const session = openSession({ broker: { createDecoder: numbered } })
    session.want('A:LTP', 'B:LTP')
    session.live()
    session.broker.last.say('name=A')
    session.broker.last.say('0=100')
    session.broker.last.drop()
    await session.pass(1000)
    session.broker.last.accept()
    session.broker.last.say('0=200')
    session.broker.last.say('name=B')
    session.broker.last.say('0=300')
    session.clock.advance(1)
    expect(session.bus.lane('P1').map(({ frame }) => [frame.symbol, frame.data.ltp])).toEqual([
      ['A', 100],
      ['B', 300],
    ])
    expect(session.traffic.counts().unasked).toBe(1)
    expect(told(session)).toEqual(['sub LTP A,B'])
  })
})
