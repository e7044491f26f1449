import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Ledger } from '../support/ledger.ts'
import { eventually, System } from '../support/system.ts'

const HELD = ['RELIANCE', 'TCS', 'SBIN', 'ITC', 'INFY']
/** A second of it reaches every one of some two hundred instruments several times. */
const RATE = 5000

let system: System
let socket: WebSocket
const ledger = new Ledger()

beforeAll(async () => {
  system = await System.start(`[feeds.SIMULATOR]\nrate = ${RATE}\n`)
  socket = new WebSocket(system.url())
  socket.on('message', (bytes: Buffer) => ledger.read(bytes.toString()))
  await eventually(() => socket.readyState === WebSocket.OPEN)
  const say = (message: object) => socket.send(JSON.stringify(message))
  say({ action: 'authenticate', api_key: system.key, features: ['seq', 'count', 'gap'] })
  say({ action: 'subscribe', symbols: HELD.map(symbol => ({ symbol, exchange: 'NSE' })), mode: 'LTP' })
  await eventually(() => ledger.accounts.size === HELD.length)
})

afterAll(async () => {
  socket?.terminate()
  await system?.close()
})

const accounts = () => [...ledger.accounts.values()]
const sum = (of: 'delivered' | 'lost' | 'openGaps') => accounts().reduce((total, one) => total + one[of], 0)

/** Every topic ticks again, some way beyond where it stands now. */
async function goesOn(): Promise<void> {
  const before = accounts().map(({ delivered }) => delivered)
  await eventually(() => accounts().every(({ delivered }, nth) => delivered > (before[nth] ?? 0) + 20))
}

/** The books close at every frame: what is missing is told, with its range, before the next one. */
function expectAccounted(): void {
  expect(ledger.errors).toEqual([])
  expect(accounts().map(({ closes }) => closes)).toEqual(HELD.map(() => true))
}

describe('under load every publication is accounted for', () => {
  it('when the bus is killed, also twice: its feed stays the same publisher, and what nobody heard is told', async () => {
    await goesOn()
    const epochs = accounts().map(({ epoch }) => epoch)
    const before = sum('lost')
    for (let nth = 0; nth < 2; nth++) {
      await system.kill('bus')
      await goesOn()
    }
    expectAccounted()
    expect(accounts().map(({ epoch }) => epoch)).toEqual(epochs)
    expect(sum('lost')).toBeGreaterThan(before)
  })

  it('when the adapter is killed, also twice: a new epoch each time, the end of the old one is said to be open', async () => {
    for (let nth = 0; nth < 2; nth++) {
      const epoch = Math.max(...accounts().map(one => one.epoch))
      const open = sum('openGaps')
      await system.kill('SIMULATOR')
      await eventually(() => accounts().every(one => one.epoch > epoch))
      await goesOn()
      expect(sum('openGaps')).toBe(open + HELD.length)
    }
    expectAccounted()
  })

  it('when both are killed at once', async () => {
    const epoch = Math.max(...accounts().map(one => one.epoch))
    await Promise.all([system.kill('bus'), system.kill('SIMULATOR')])
    await eventually(() => accounts().every(one => one.epoch > epoch))
    await goesOn()
    expectAccounted()
  })
})
