import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holds } from '../../support/holds.ts'
import { RawClient } from './client.ts'
import { FyersEmulator, type FyersOptions } from './server.ts'

const SBIN = 'sf|nse_cm|3045'
const TCS = 'sf|nse_cm|11536'
const CRUDE = 'sf|mcx_fo|466583'

let emulator: FyersEmulator
let client: RawClient

const start = async (options: FyersOptions = {}) => {
  emulator = await FyersEmulator.start({ tickMs: 20, today: '2026-11-21', recorded: false, ...options })
  emulator.login()
  client = new RawClient(emulator)
  await holds(() => expect(client.isOpen).toBe(true))
}

beforeEach(() => start())
afterEach(async () => {
  client.close()
  await emulator.close()
})

const logIn = async () => {
  client.logIn()
  await holds(() => expect(client.of(1)).toHaveLength(1))
}

/** Taken or not: the one letter of field 1. */
const verdicts = (type: number) => client.of(type).map(body => body.subarray(4, 5).toString())

/** The first item of each data frame: its kind, its id, the number of the message. */
const items = (isNumbered = true) =>
  client.of(6).map(body => {
    const at = isNumbered ? 6 : 2
    const number = isNumbered ? body.readUInt32BE(0) : undefined
    return { kind: body.toString('latin1', at, at + 1), id: body.readUInt16BE(at + 1), number }
  })

/** The first value of the first item of a snapshot, the scale and the names of its trailer. */
function snapshotOf(body: Buffer) {
  const topicEnd = 10 + body.readUInt8(9)
  const values = body.readUInt8(topicEnd)
  const trailer = topicEnd + 1 + values * 4 + 2
  return {
    topic: body.toString('latin1', 10, topicEnd),
    values,
    first: body.readInt32BE(topicEnd + 1),
    multiplier: body.readUInt16BE(trailer),
    precision: body.readUInt8(trailer + 2),
  }
}

const snapshots = () =>
  client
    .of(6)
    .filter((_, at) => items()[at]?.kind === 'S')
    .map(snapshotOf)

describe('the login on the price socket', () => {
  it('is answered with how often to acknowledge and what frames hold', async () => {
    await logIn()
    const [body = Buffer.alloc(0)] = client.of(1)
    expect(body.subarray(0, 10).toString('hex')).toBe(`03${'01'}0001${'4b'}${'02'}0002${'0002'}`)
    const configuration = JSON.parse(body.subarray(13).toString()) as { scrip: string[] }
    expect(configuration.scrip).toHaveLength(21)
    expect(body.readUInt16BE(11)).toBe(body.length - 13)
  })

  it('with a key that is none, or over, is refused on a socket that stays open', async () => {
    client.logIn('0'.repeat(56))
    await holds(() => expect(verdicts(1)).toEqual(['N']))
    const key = emulator.account.accessToken()
    emulator.faults.expireToken({ keepSockets: true })
    client.logIn(key)
    await holds(() => expect(verdicts(1)).toEqual(['N', 'N']))
    expect(client.isOpen).toBe(true)
  })

  it('is never answered where the handshake had the header of the other sockets', async () => {
    const silent = RawClient.known(emulator, emulator.streamUrl)
    await holds(() => expect(silent.isOpen).toBe(true))
    silent.logIn()
    silent.subscribe([SBIN])
    await logIn()
    await holds(() => expect(emulator.prices.connections[1]?.requests).toHaveLength(2))
    expect(silent.binary).toEqual([])
    silent.close()
  })

  it('has another address with no version', async () => {
    const lost = new RawClient(emulator, emulator.streamUrl.replace('v1-5', 'v1-4'))
    await holds(() => expect(lost.refused).toBe(404))
  })

  it('is needed for anything else', async () => {
    client.subscribe([SBIN])
    client.resume(11)
    await logIn()
    expect(client.binary).toHaveLength(1)
  })
})

describe('topics', () => {
  it('are shown whole when their channel is resumed, and then what has changed of them', async () => {
    await logIn()
    client.subscribe([TCS])
    await holds(() => expect(verdicts(4)).toEqual(['K']))
    expect(client.of(6)).toEqual([])
    client.resume(11)
    await holds(() => expect(items().length).toBeGreaterThan(3))
    expect(items()[0]).toEqual({ kind: 'S', id: 0, number: 1 })
    expect(snapshots()[0]).toMatchObject({ topic: TCS, values: 21, multiplier: 1, precision: 2 })
    expect(
      items()
        .slice(1)
        .every(({ kind }) => kind === 'U'),
    ).toBe(true)
    client.pause(11)
    await holds(() => expect(verdicts(7)).toEqual(['K']))
    const sent = client.of(6).length
    client.resume(12)
    await holds(() => expect(verdicts(8)).toEqual(['K', 'K']))
    expect(client.of(6)).toHaveLength(sent)
  })

  it('that are not there are taken without a word', async () => {
    await logIn()
    client.resume(11)
    client.subscribe(['if|nse_cm|NIFTYTOP20EW', 'sf|nse_cm|999999999', 'dp|nse_cm|Nifty 50'])
    client.subscribe(['if|nse_cm|NIFTY TOP 20 EW'])
    await holds(() => expect(snapshots().map(({ topic }) => topic)).toEqual(['if|nse_cm|NIFTY TOP 20 EW']))
    expect(verdicts(4)).toEqual(['K', 'K'])
  })

  it('are let go, and shown whole again on request', async () => {
    await logIn()
    client.resume(11)
    client.subscribe([TCS, SBIN])
    client.unsubscribe([TCS])
    await holds(() => expect(verdicts(5)).toEqual(['K']))
    emulator.stand()
    // What was sent before is there when this is answered.
    client.pause(12)
    await holds(() => expect(verdicts(7)).toEqual(['K']))
    const sent = client.of(6).length
    client.snapshot([TCS])
    await holds(() => expect(client.of(6)).toHaveLength(sent + 1))
    expect(items().at(-1)?.kind).toBe('S')
  })

  it.each([
    [1, 7],
    [3, 15],
  ])('of a lite channel have %i values behind their id and nothing that counts them', async (lite, length) => {
    client.close()
    await emulator.close()
    await start({ lite })
    await logIn()
    client.mode('L', 12)
    client.subscribe([TCS], 12)
    client.resume(12)
    await holds(() => expect(items().filter(({ kind }) => kind === 'L').length).toBeGreaterThan(2))
    const bodies = client.of(6).filter((_, at) => items()[at]?.kind === 'L')
    expect(new Set(bodies.map(body => body.length - 6))).toEqual(new Set([length]))
  })

  it('beyond the limit of a connection are refused', async () => {
    client.close()
    await emulator.close()
    await start({ topicLimit: 2 })
    await logIn()
    client.subscribe([TCS, SBIN])
    client.subscribe([CRUDE])
    await holds(() => expect(verdicts(4)).toEqual(['K', 'N']))
  })
})

describe('the manners of the price socket', () => {
  const shown = async (...topics: string[]) => {
    await logIn()
    client.subscribe(topics)
    client.resume(11)
    await holds(() => expect(snapshots().length).toBeGreaterThan(0))
  }

  it('leaves requests without an answer, and does what they ask', async () => {
    emulator.faults.unanswered()
    await shown(TCS)
    expect([...client.of(4), ...client.of(8)]).toEqual([])
  })

  it('refuses logins and requests on order', async () => {
    emulator.faults.refuseLogins({ times: 1 })
    client.logIn()
    client.logIn()
    await holds(() => expect(verdicts(1)).toEqual(['N', 'K']))
    emulator.faults.refuseRequests({ times: 1 })
    client.subscribe([TCS])
    client.subscribe([SBIN])
    client.resume(11)
    await holds(() => expect(snapshots().map(({ topic }) => topic)).toEqual([SBIN]))
    expect(verdicts(4)).toEqual(['N', 'K'])
  })

  it('counts acknowledgements, and cuts off who leaves too many out', async () => {
    emulator.faults.acknowledgements({ interval: 2, patience: 3 })
    await shown(TCS)
    client.acknowledge(2)
    client.acknowledge(4)
    await holds(() => expect(client.isClosed).toBe(true))
    expect(emulator.prices.connections[0]?.acknowledged).toEqual([2, 4])
    expect(items().at(-1)?.number).toBe(12)
  })

  it('sends no message numbers where it wants no acknowledgements', async () => {
    emulator.faults.acknowledgements({ interval: 0 })
    await logIn()
    client.subscribe([TCS])
    client.resume(11)
    await holds(() => expect(items(false).length).toBeGreaterThan(2))
    expect(items(false)[0]).toMatchObject({ kind: 'S', id: 0 })
  })

  it('speaks of topics nobody was told of, of items nobody knows, and in types nobody knows', async () => {
    await shown(TCS)
    emulator.faults.unknownTopic({ id: 60_000 })
    emulator.faults.unknownItem()
    emulator.faults.uselessFrames()
    await holds(() => expect(items().map(({ id }) => id)).toContain(60_000))
    await holds(() => expect(items().map(({ kind }) => kind)).toContain('Z'))
    await holds(() => expect(client.of(13)).toHaveLength(1))
    expect(client.of(99)).toHaveLength(1)
  })

  it('changes the scale of prices, as a new snapshot says', async () => {
    await shown(TCS)
    emulator.stand()
    emulator.faults.precision({ ticker: 'NSE:TCS-EQ', precision: 4, multiplier: 10 })
    await holds(() => expect(snapshots()).toHaveLength(2))
    const contract = emulator.market.find('NSE:TCS')
    const ltp = contract ? emulator.market.peek(contract).ltp : 0
    expect(snapshots()[1]).toMatchObject({ precision: 4, multiplier: 10, first: Math.round(ltp * 100_000) })
  })

  it('gives topics other ids, as new snapshots say', async () => {
    await shown(TCS, CRUDE)
    emulator.stand()
    const before = snapshots().length
    emulator.faults.renumber()
    await holds(() => expect(snapshots().length).toBe(before + 1))
    expect(snapshots().at(-1)).toMatchObject({ topic: CRUDE, precision: 0 })
    expect(items().at(-1)).toMatchObject({ kind: 'S', id: 0 })
  })

  it('cuts a frame within an item, and goes back to good manners', async () => {
    await shown(TCS)
    emulator.stand()
    emulator.faults.unanswered()
    emulator.faults.truncated({ stream: 'prices' })
    await holds(() => {
      const last = client.binary.at(-1) ?? Buffer.alloc(2)
      expect(last.readUInt16BE(0)).toBeGreaterThan(last.length)
    })
    await emulator.faults.heal()
    client.pause(11)
    await holds(() => expect(verdicts(7)).toEqual(['K']))
  })

  it('ends with the token of its login', async () => {
    await shown(TCS)
    emulator.faults.expireToken()
    await holds(() => expect(client.isClosed).toBe(true))
  })
})
