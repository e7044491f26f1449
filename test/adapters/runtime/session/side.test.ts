import { describe, expect, it } from 'vitest'
import type { Gap } from '../../../../adapters/runtime/pulse.ts'
import { TickwireError } from '../../../../shared/errors.ts'
import { bookSibling, LISTED, openBooks, testBroker, told } from './sessionrig.ts'

describe('a socket besides the main one', () => {
  it('is opened when something of it is wanted, after the main one was taken', () => {
    const session = openBooks()
    session.tickets.login('one')
    session.want('A:BOOK50')
    expect(session.urls()).toEqual(['test:one'])
    session.broker.last.accept()
    expect(session.urls()).toEqual(['test:one', 'books:one'])
    session.broker.last.accept()
    expect([told(session, 0), told(session, 1)]).toEqual([['sub DEPTH A'], ['sub BOOK50 book-A']])
  })

  it('is not opened while nothing of it is wanted', () => {
    const session = openBooks()
    session.live()
    session.want('A:DEPTH')
    expect(session.urls()).toEqual(['test:one'])
  })

  it('is made anew for another login, and when the process stood still', () => {
    const session = openBooks({ isAlwaysOpen: true })
    session.live()
    session.broker.last.accept()
    session.feed.missed({ ms: 5000 } as Gap)
    expect(session.nth(1).cut).toBe(true)
    for (const socket of session.broker.sockets) if (!socket.cut) socket.accept()
    const books = session.broker.sockets.filter(({ url }) => url === 'books:one')
    session.tickets.login('two')
    expect(books.map(({ cut }) => cut)).toEqual([true, true])
  })

  it('is kept open for nothing where the broker speaks unasked on it', () => {
    const session = openBooks({ isAlwaysOpen: true })
    session.live()
    expect(session.urls()).toEqual(['test:one', 'books:one'])
  })

  it('makes one tick with the main one', () => {
    const session = openBooks()
    session.live()
    session.want('A:BOOK50')
    session.broker.last.accept()
    session.nth(0).say('top A 100')
    session.nth(1).say('book book-A')
    session.clock.advance(2)
    expect(session.bus.lane('P1').at(-1)).toMatchObject({
      frame: { data: { ltp: 100, depth: { buy: [{ price: 99 }] } } },
    })
  })

  it('does not hide with its books that the main one brings no prices any more', async () => {
    const session = openBooks()
    session.market.isTrading = true
    session.live()
    session.want('A:BOOK50', 'B:LTP')
    session.broker.last.accept()
    const second = async (...prices: string[]) => {
      for (const price of prices) session.nth(0).say(price)
      session.nth(1).say('book book-A')
      await session.pass(1000, { beats: true })
    }
    for (let n = 0; n < 30; n++) await second(`top A ${100 + n}`, `top B ${n + 1}`)
    expect(session.status.state).toBe('live')
    for (let n = 0; n < 25; n++) await second()
    expect([session.status.state, session.nth(0).cut]).toEqual(['starting', true])
  })

  it('costs only its own when it is lost: the feed is live and says what is missing', async () => {
    const session = openBooks()
    session.live()
    session.want('A:BOOK50')
    session.broker.last.accept()
    session.nth(1).drop()
    expect(session.status.state).toBe('live')
    expect(session.reason()).toMatch(/^no books: BROKER_UNREACHABLE/)
    await session.pass(1000)
    session.broker.last.accept()
    expect(told(session)).toEqual(['sub BOOK50 book-A'])
    expect(session.reason()).toBeUndefined()
  })

  it('that the broker refuses is asked for three times, and again after the next login', async () => {
    const session = openBooks()
    session.live()
    session.want('A:BOOK50')
    for (const pauseMs of [1000, 2000, 30_000]) {
      session.broker.last.refuse(403)
      await session.pass(pauseMs, { beats: true })
    }
    expect(session.urls().filter(url => url.startsWith('books'))).toHaveLength(3)
    expect([session.status.state, session.reason()]).toEqual(['quiet', expect.any(String)])
    session.tickets.login('two')
    session.broker.last.accept()
    expect(session.urls().at(-1)).toBe('books:two')
  })

  it('that was refused is not asked for again because the main one came back', async () => {
    const session = openBooks()
    session.live()
    session.want('A:BOOK50')
    for (const pauseMs of [1000, 2000, 1000]) {
      session.broker.last.refuse(403)
      await session.pass(pauseMs, { beats: true })
    }
    session.nth(0).drop()
    await session.pass(1000)
    session.broker.last.accept()
    await session.pass(5000, { beats: true })
    expect(session.urls().filter(url => url.startsWith('books'))).toHaveLength(3)
  })

  it('that opens and never brings a book is told of within seconds, until one comes', async () => {
    const session = openBooks({ ifSilent: 'buy books' })
    session.live()
    session.want('A:BOOK50')
    session.broker.last.accept()
    await session.pass(4000, { beats: true })
    expect([session.reason(), session.feed.lacksBooks]).toEqual([undefined, false])
    await session.pass(3000, { beats: true })
    expect(session.reason()).toBe(
      'no books: the broker takes the connection and sends nothing that was asked for; next: buy books',
    )
    session.nth(1).say('book book-A')
    await session.pass(1000, { beats: true })
    expect(session.reason()).toBeUndefined()
    session.nth(1).drop()
    await session.pass(1000, { beats: true })
    session.broker.last.accept()
    await session.pass(7000, { beats: true })
    expect(session.reason()).toMatch(/^no books/)
  })

  it('that says nothing of a closed market is told of when it trades, and promises books until then', async () => {
    const session = openBooks({ limits: { ...bookSibling().limits, instrumentsPerMode: { BOOK50: 2 } } })
    session.market.isTrading = false
    session.live()
    session.want('A:BOOK50')
    session.broker.last.accept()
    await session.pass(20_000, { beats: true })
    expect([session.reason(), session.feed.lacksBooks]).toEqual([undefined, false])
    session.market.isTrading = true
    await session.pass(31_000, { beats: true })
    expect(session.feed.lacksBooks).toBe(true)
  })

  it('that refuses an instrument by its name has books of others to promise', async () => {
    const session = openBooks({ ifSilent: 'buy books' })
    session.live()
    session.want('A:BOOK50')
    session.broker.last.accept()
    session.nth(1).say('reject book-A')
    await session.pass(7000, { beats: true })
    expect(session.reason()).toBeUndefined()
  })

  it('that brings no books has none to promise, until nobody asks or another logs in', async () => {
    const session = openBooks({ limits: { ...bookSibling().limits, instrumentsPerMode: { BOOK50: 2 } } })
    session.live()
    const stillborn = async () => {
      session.want('A:BOOK50')
      session.broker.last.accept()
      await session.pass(6000, { beats: true })
      expect(session.feed.lacksBooks).toBe(true)
    }
    await stillborn()
    session.want()
    expect(session.feed.lacksBooks).toBe(false)
    await stillborn()
    session.tickets.login('two')
    expect(session.feed.lacksBooks).toBe(false)
  })

  it('that the broker refuses says the next step, and promises no books', async () => {
    const { session: speech } = testBroker()
    const refusing = {
      ...speech,
      dial: (_: unknown, ticket: string) => ({ url: `books:${ticket}` }),
      classify: () => new TickwireError('CREDENTIALS_REJECTED', 'sold apart', { next: 'buy books' }),
    }
    const session = openBooks({
      session: refusing as never,
      limits: { ...bookSibling().limits, instrumentsPerMode: { BOOK50: 2 } },
    })
    session.live()
    session.want('A:BOOK50')
    for (const pauseMs of [1000, 2000, 1000]) {
      session.broker.last.refuse(403)
      await session.pass(pauseMs, { beats: true })
    }
    expect(session.reason()).toBe('no books: CREDENTIALS_REJECTED: sold apart; next: buy books')
    expect(session.feed.lacksBooks).toBe(true)
  })

  it('gives no more than the broker allows, and the rest has its five levels', () => {
    const session = openBooks()
    session.live()
    session.want(...LISTED.slice(0, 3).map(({ symbol }) => `${symbol}:BOOK50`))
    expect(session.feed.usages()[1]).toMatchObject({ used: 2, limit: 2, refused: [{ symbol: 'C' }] })
    expect(session.feed.usages()[0]).toMatchObject({ used: 3, refused: [] })
  })
})
