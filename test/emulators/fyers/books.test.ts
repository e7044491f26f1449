import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holds } from '../../support/holds.ts'
import { RawClient } from './client.ts'
import { FyersEmulator } from './server.ts'

let emulator: FyersEmulator
let client: RawClient

beforeEach(async () => {
  emulator = await FyersEmulator.start({ tickMs: 20, today: '2026-11-21' })
  emulator.login()
  client = RawClient.known(emulator, emulator.booksUrl)
  await holds(() => expect(client.isOpen).toBe(true))
})
afterEach(async () => {
  client.close()
  await emulator.close()
})

const subscribe = (subs: 1 | -1, ...symbols: string[]) =>
  client.send(JSON.stringify({ type: 1, data: { subs, symbols, mode: 'depth', channel: '1' } }))
const resume = () => client.send(JSON.stringify({ type: 2, data: { resumeChannels: ['1'], pauseChannels: [] } }))

/** The words of errors; books hold none. */
const complaints = () =>
  client.binary.flatMap(bytes => /(?:invalid|limit|no)[ -~]*/.exec(bytes.toString('latin1'))?.[0] ?? [])

/** Messages that say that they are whole: field 3 of the message stands at its end. */
const wholes = () => client.binary.filter(bytes => bytes.subarray(-2).toString('hex') === '1801')

describe('the socket of deep books', () => {
  it('wants the token in the header', async () => {
    const stranger = new RawClient(emulator, emulator.booksUrl, { Authorization: 'EMULATED01-100:nonsense' })
    await holds(() => expect(stranger.refused).toBe(401))
  })

  it('sends a whole book of a resumed channel, then differences', async () => {
    subscribe(1, 'NSE:TCS-EQ')
    client.send('ping')
    await holds(() => expect(client.texts).toEqual(['pong']))
    expect(client.binary).toEqual([])
    resume()
    await holds(() => expect(client.binary.length).toBeGreaterThan(5))
    expect(wholes()).toHaveLength(1)
    expect(client.binary[0]?.length).toBeGreaterThan(client.binary[1]?.length ?? Number.POSITIVE_INFINITY)
  })

  it('sends a whole book again after it was let go', async () => {
    resume()
    subscribe(1, 'NSE:TCS-EQ')
    await holds(() => expect(wholes()).toHaveLength(1))
    subscribe(-1, 'NSE:TCS-EQ')
    subscribe(1, 'NSE:TCS-EQ')
    await holds(() => expect(wholes()).toHaveLength(2))
  })

  it('refuses what is not of the NSE, and the sixth', async () => {
    resume()
    subscribe(1, 'BSE:ITC-A', 'NSE:NIFTY50-INDEX', 'NSE:NOBODY-EQ')
    subscribe(1, 'NSE:TCS-EQ', 'NSE:INFY-EQ', 'NSE:ITC-EQ', 'NSE:SBIN-EQ', 'NSE:NIFTY26NOVFUT', 'NSE:WIPRO-EQ')
    await holds(() =>
      expect(complaints()).toEqual([
        expect.stringContaining('invalid symbol BSE:ITC-A'),
        expect.stringContaining('invalid symbol NSE:NIFTY50-INDEX'),
        expect.stringContaining('invalid symbol NSE:NOBODY-EQ'),
        expect.stringContaining('limit of 5'),
      ]),
    )
    expect(emulator.books.open[0]?.subscriptions).toBe(5)
  })

  it('is silent without the entitlement, but for pongs', async () => {
    emulator.faults.noEntitlement()
    resume()
    subscribe(1, 'NSE:TCS-EQ')
    client.send('ping')
    await holds(() => expect(client.texts).toEqual(['pong']))
    expect(client.binary).toEqual([])
    const Authorization = `${emulator.account.appId}:${emulator.account.accessToken()}`
    const address = await fetch(`${emulator.apiUrl}/indus/home/tbtws`, { headers: { Authorization } })
    expect(address.status).toBe(403)
  })
})

describe('the socket of orders', () => {
  it('tells of orders to whoever asks for them', async () => {
    const [asks, idles] = [1, 2].map(() => RawClient.known(emulator, emulator.ordersUrl))
    await holds(() => expect(asks?.isOpen && idles?.isOpen).toBe(true))
    asks?.send(JSON.stringify({ T: 'SUB_ORD', SLIST: ['orders'], SUB_T: 1 }))
    await holds(() => expect(asks?.texts).toHaveLength(1))
    emulator.faults.order({ qty: 7 })
    await holds(() => expect(asks?.texts).toHaveLength(2))
    expect(JSON.parse(asks?.texts[1] ?? '')).toMatchObject({ orders: { qty: 7, symbol: 'NSE:SBIN-EQ' } })
    expect(idles?.texts).toEqual([])
    asks?.close()
    idles?.close()
  })
})
