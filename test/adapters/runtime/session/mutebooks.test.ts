import { describe, expect, it } from 'vitest'
import { bookSibling, openBooks, openSession, SOURCES } from './sessionrig.ts'

type Books = ReturnType<typeof openBooks>

/** Seconds in which the main one ticks, the open one besides it says `word`, and new ones are taken. */
async function live(session: Books, seconds: number, word = 'beat', isOver = () => false): Promise<number> {
  for (let second = 1; second <= seconds; second++) {
    session.nth(0).say(`top A ${(session.clock.now() / 1000) % 100000}`)
    const { last } = session.broker
    if (last.url.startsWith('books') && !last.cut) {
      if (!accepted.has(last)) last.accept()
      accepted.add(last)
      last.say(word)
    }
    await session.pass(1000, { beats: true })
    if (isOver()) return second
  }
  return seconds
}
const accepted = new Set<unknown>()
const dials = (session: Books) => session.urls().filter(url => url.startsWith('books')).length

const opened = async () => {
  const session = openBooks()
  session.live()
  session.want('A:BOOK50')
  return session
}

describe('a socket of books that is mute', () => {
  it('is told of within 30 s when it falls silent after it has spoken, made anew, and is well when it speaks', async () => {
    const session = await opened()
    await live(session, 120, 'book book-A')
    expect([session.reason(), dials(session)]).toEqual([undefined, 1])
    const after = await live(session, 60, 'beat', () => session.reason() !== undefined)
    expect(after).toBeLessThanOrEqual(30)
    expect(session.reason()).toMatch(/^no books/)
    await live(session, 3)
    expect([dials(session), session.nth(0).cut]).toEqual([2, false])
    await live(session, 3, 'book book-A')
    expect(session.reason()).toBeUndefined()
  })

  it('from the first is made anew too, and more and more seldom where it does not help', async () => {
    const session = await opened()
    await live(session, 40)
    expect(dials(session)).toBe(2)
    await live(session, 1200)
    expect(dials(session)).toBeGreaterThan(4)
    expect(dials(session)).toBeLessThan(8)
    expect(session.status.state).toBe('live')
  })

  it('is left alone where its books change now and then', async () => {
    const session = await opened()
    for (let nth = 0; nth < 20; nth++) {
      await live(session, 1, 'book book-A')
      await live(session, 29 + nth)
    }
    expect([session.reason(), dials(session)]).toEqual([undefined, 1])
  })

  it('is left alone when its market is over', async () => {
    const session = await opened()
    await live(session, 120, 'book book-A')
    session.market.isTrading = false
    await live(session, 200)
    expect([session.reason(), dials(session)]).toEqual([undefined, 1])
  })
})

it('one of two that alone bring instruments is made anew by itself, like a main one', async () => {
  const { limits } = bookSibling()
  const session = openSession({
    isTrading: true,
    broker: {
      sources: SOURCES,
      carries: (_, mode) => (mode === 'BOOK50' ? undefined : mode),
      siblings: [bookSibling({ limits: { ...limits, connections: 2, instrumentsPerConnection: 1 } })],
    },
  })
  session.live()
  session.want('A:BOOK50', 'B:BOOK50')
  session.broker.last.accept()
  await session.pass(1000, { beats: true })
  session.broker.last.accept()
  const [main, one, two] = session.broker.sockets
  for (let second = 0; second < 110; second++) {
    one?.say(`top book-A ${second + 1}`)
    if (second < 80) two?.say(`top book-B ${second + 1}`)
    await session.pass(1000, { beats: true })
    if (second === 79) expect([main?.cut, one?.cut, two?.cut]).toEqual([false, false, false])
  }
  expect([main?.cut, one?.cut, two?.cut]).toEqual([false, false, true])
})
