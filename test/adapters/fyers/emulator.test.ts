import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { FyersEmulator, type FyersOptions } from '../../emulators/fyers/server.ts'
import { adapter, http, listOf, logIn, Peer, settingsOf } from '../../support/fyerspeer.ts'
import { holds } from '../../support/holds.ts'

let emulator: FyersEmulator
const peers: Peer[] = []

const start = async (options: FyersOptions = {}) => {
  emulator = await FyersEmulator.start({ tickMs: 30, today: '2026-11-21', recorded: false, ...options })
}

beforeEach(() => start())

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close()
  await emulator.close()
})

async function connect(): Promise<Peer> {
  const peer = new Peer(emulator, await logIn(emulator))
  peers.push(peer)
  return peer
}

/** Ready to subscribe on the price socket. */
async function prices() {
  const peer = await connect()
  const main = peer.open()
  await holds(() => expect(peer.heard('ready')).toBe(true))
  const list = await listOf(emulator)
  const one = (key: string) => {
    const found = list.get(key)
    if (!found) throw new RangeError(key)
    return found
  }
  return { peer, main, one }
}

/** As the market has it, when it stands still. */
function worth(key: string, levels = 5) {
  const contract = emulator.market.find(key)
  if (!contract) throw new RangeError(key)
  return emulator.market.peek(contract, levels)
}

const secondsOf = (ms: number): number => Math.floor(ms / 1000) * 1000

/** Everything a depth tick has to say of a contract now, but the exchange's time, which goes on. */
function depthTick(key: string, levels = 5) {
  const quote = worth(key, levels)
  const { ltp, open, high, low, previousClose, averagePrice, lastQuantity, volume } = quote
  const { totalBuyQuantity, totalSellQuantity, upperCircuit, lowerCircuit } = quote
  const prices = { ltp, open, high, low, previousClose, upperCircuit, lowerCircuit }
  const amounts = { lastQuantity, volume, totalBuyQuantity, totalSellQuantity }
  return {
    ...prices,
    ...amounts,
    // As many decimals as travel.
    averagePrice: key.startsWith('MCX') ? Math.round(averagePrice) : averagePrice,
    lastTradeTime: secondsOf(quote.lastTradeTime),
    ...(quote.openInterest > 0 ? { openInterest: quote.openInterest } : {}),
    book: { buy: quote.bids, sell: quote.asks },
  }
}

describe('with an emulated Fyers', () => {
  it('logs in, and is told when the secret is wrong or the answer was used', async () => {
    const ticket = await logIn(emulator)
    expect(ticket.access_token).toBe(emulator.account.accessToken())
    const credentials = { app_id: emulator.account.appId, app_secret: emulator.account.appSecret }
    const redeem = (app_secret: string, code: string) =>
      adapter.login.redeem({
        settings: settingsOf(emulator),
        credentials: { ...credentials, app_secret },
        answer: { code },
        http,
        now: systemClock.now(),
      })
    const code = emulator.account.authCode()
    await expect(redeem('WRONGSECRET', code)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' })
    expect((await redeem(credentials.app_secret, code)).holder).toBe('XE00001')
    await expect(redeem(credentials.app_secret, code)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' })
  })

  it('renews a login by PIN, and without one does not', async () => {
    const { appId: app_id, appSecret: app_secret } = emulator.account
    const ticket = await logIn(emulator)
    emulator.faults.expireToken()
    const renew = (pin?: string) =>
      adapter.login.renew?.({
        settings: settingsOf(emulator),
        credentials: { app_id, app_secret, ...(pin === undefined ? {} : { pin }) },
        ticket,
        http,
        now: systemClock.now(),
      })
    expect(await renew()).toBeUndefined()
    await expect(renew('0000')).rejects.toMatchObject({ retry: 'after-login' })
    expect((await renew('1234'))?.ticket.access_token).toBe(emulator.account.accessToken())
  })

  it('reads its lists: every row is an instrument, but a bond, and each has its place and its ticker', async () => {
    const skipped: string[] = []
    const list = await listOf(emulator, skipped)
    expect(list.size + skipped.length).toBe(emulator.listed.rows.length)
    expect(skipped.length).toBeLessThanOrEqual(2)
    for (const instrument of list.values()) {
      const row = emulator.listed.at(instrument.token)
      // Names of indices follow no rule: one that is not in the table is guessed.
      if (instrument.symbol === 'NIFTYTOP20EW') continue
      expect(row, instrument.token).toMatchObject({ ticker: expect.stringContaining(instrument.brokerSymbol) })
    }
    expect(list.get('NFO:NIFTY24NOV26FUT')).toMatchObject({ token: 'nse_fo|51714', expiry: '2026-11-24' })
    expect(list.get('NSE_INDEX:NIFTY')).toMatchObject({ token: 'nse_cm|Nifty 50' })
  })

  it.each([
    ['paise', 'NSE:TCS'],
    ['a future', 'NFO:NIFTY24NOV26FUT'],
    ['ten-thousandths of a rupee', 'CDS:USDINR24NOV26FUT'],
    ['whole rupees', 'MCX:CRUDEOIL24NOV26FUT'],
    ['another exchange', 'BSE:TCS'],
  ])('has the whole depth of an instrument as the market has it: %s', async (_, key) => {
    const { peer, main, one } = await prices()
    main.want([one(key)], 'DEPTH')
    const tick = () => peer.ticks.get(one(key).token)
    await holds(() => expect(tick()?.mode).toBe('DEPTH'))
    const first = tick()?.lastTradeTime
    await holds(() => expect(tick()?.lastTradeTime).not.toBe(first))
    emulator.stand()
    await holds(() => expect(tick()).toMatchObject(depthTick(key)))
    expect(peer.signals.filter(({ kind }) => kind === 'malformed' || kind === 'ignored')).toEqual([])
  })

  it('has indices, and last prices alone on a channel of their own', async () => {
    const { peer, main, one } = await prices()
    const [nifty, tcs] = [one('NSE_INDEX:NIFTY'), one('NSE:TCS')]
    main.want([nifty], 'QUOTE')
    main.want([tcs], 'LTP')
    const ltp = (token: string) => peer.ticks.get(token)?.ltp
    const [before, index] = await holds(() => {
      const known = [ltp(tcs.token), ltp(nifty.token)]
      expect(known).not.toContain(undefined)
      return known
    })
    await holds(() => {
      expect(ltp(tcs.token)).not.toBe(before)
      expect(ltp(nifty.token)).not.toBe(index)
    })
    emulator.stand()
    await holds(() => {
      expect(ltp(tcs.token)).toBe(worth('NSE:TCS').ltp)
      expect(ltp(nifty.token)).toBe(worth('NSE_INDEX:NIFTY').ltp)
    })
  })

  it.each([false, true])('has fifty levels, whatever differences hold (only what changed: %s)', async isSparse => {
    if (isSparse) emulator.faults.sparseBooks()
    const { peer, main, one } = await prices()
    const tcs = one('NSE:TCS')
    main.want([tcs], 'BOOK50')
    const deep = peer.open('books')
    await holds(() => expect(deep.socket.readyState).toBe(1))
    deep.want([tcs], 'BOOK50')
    const tick = (): Tick | undefined => peer.ticks.get(tcs.token)
    await holds(() => expect(tick()?.mode).toBe('BOOK50'))
    const before = tick()?.book?.buy.slice(0, 10)
    await holds(() => expect(tick()?.book?.buy.slice(0, 10)).not.toEqual(before))
    emulator.stand()
    await holds(() => expect(tick()).toMatchObject(depthTick('NSE:TCS', 50)))
    expect(tick()?.book?.sell).toHaveLength(50)
    expect(peer.heard('malformed')).toBe(false)
  })

  it('has a book anew after a lost message, at once', async () => {
    const { peer, main, one } = await prices()
    const tcs = one('NSE:TCS')
    main.want([tcs], 'BOOK50')
    const deep = peer.open('books')
    await holds(() => expect(deep.socket.readyState).toBe(1))
    deep.want([tcs], 'BOOK50')
    await holds(() => expect(peer.ticks.get(tcs.token)?.mode).toBe('BOOK50'))
    const asked = () => emulator.books.connections[0]?.requests.length ?? 0
    const before = asked()
    emulator.faults.bookGap()
    await holds(() => expect(asked()).toBe(before + 3))
    await holds(() => expect(peer.ticks.get(tcs.token)?.timestamp).toBeGreaterThan(0))
    emulator.stand()
    await holds(() => expect(peer.ticks.get(tcs.token)).toMatchObject(depthTick('NSE:TCS', 50)))
  })

  it('without the entitlement has five levels, and pongs', async () => {
    emulator.faults.noEntitlement()
    const { peer, main, one } = await prices()
    const tcs = one('NSE:TCS')
    main.want([tcs], 'BOOK50')
    const deep = peer.open('books')
    await holds(() => expect(deep.socket.readyState).toBe(1))
    deep.want([tcs], 'BOOK50')
    deep.socket.send('ping')
    await holds(() => expect(peer.heard('heartbeat')).toBe(true))
    await holds(() => expect(peer.ticks.get(tcs.token)).toMatchObject({ mode: 'DEPTH' }))
    expect(peer.ticks.get(tcs.token)?.book?.buy).toHaveLength(5)
  })

  it('hears of orders', async () => {
    const peer = await connect()
    peer.open('orders')
    await holds(() => expect(peer.heard('ready')).toBe(true))
    await holds(() => expect(emulator.orders.open[0]?.subscribed.has('orders')).toBe(true))
    emulator.faults.order({ qty: 7, qty_filled: 7 })
    await holds(() => expect(peer.heard('order')).toBe(true))
    expect(peer.signals.find(({ kind }) => kind === 'order')).toMatchObject({
      order: { exchange: 'NSE', action: 'BUY', quantity: 7, status: 'complete' },
    })
  })

  it('asks for quotes', async () => {
    const ticket = await logIn(emulator)
    const tcs = (await listOf(emulator)).get('NSE:TCS')
    if (!tcs || !adapter.quotes) throw new Error('there are quotes of TCS')
    const answer = await http(adapter.quotes.request(settingsOf(emulator), ticket, [tcs]))
    const [told] = adapter.quotes.parse(answer, [tcs], systemClock.micros())
    expect(told?.tick).toMatchObject({ ltp: worth('NSE:TCS').ltp, volume: worth('NSE:TCS').volume })
  })
})
