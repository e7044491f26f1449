import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createDecoder } from '../../../adapters/angel/codec.ts'
import { type AngelMode, type FlaggedLevel, PACKET_BYTES, packet } from '../../emulators/angel/packet.ts'
import { AngelClient, type AngelTick } from '../../emulators/angel/witness.ts'
import { holds } from '../../support/holds.ts'
import { DEFECTS, type Defect, translate } from './oracle.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const RECEIVED = 1_700_000_000_123_456

let server: WebSocketServer
let socket: WebSocket
let client: AngelClient

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', one => {
    socket = one
  })
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  client = new AngelClient()
  client.connect({
    url: `ws://127.0.0.1:${port}/smart-stream`,
    login: { clientcode: 'A1', jwttoken: 'jwt', apikey: 'key', feedtype: 'feed' },
  })
  await holds(() => expect(client.isOpen).toBe(true))
})

afterAll(() => {
  client?.close()
  server?.close()
})

/** What the vendor's client, in its own process and from its own socket, makes of each frame. */
async function theirs(frames: readonly Uint8Array[]): Promise<readonly (AngelTick | undefined)[]> {
  const before = client.heard.length
  for (const frame of frames) socket.send(frame)
  await holds(() => expect(client.heard.length).toBe(before + frames.length), 60_000)
  expect(client.isOver).toBe(false)
  return client.heard
    .slice(before)
    .map(one => (typeof one === 'object' && 'subscription_mode' in one ? (one as AngelTick) : undefined))
}

const ours = (frame: Uint8Array) =>
  createDecoder()(frame, RECEIVED).flatMap(signal =>
    signal.kind === 'part' ? [{ token: signal.token, part: signal.part }] : [],
  )

/** Compares everything both read of these frames; gives the defects that were in the way, and how many were read. */
async function compare(frames: readonly Uint8Array[]): Promise<{ met: Defect[]; read: number }> {
  const met = new Set<Defect>()
  let read = 0
  const found = await theirs(frames)
  for (const [at, their] of found.entries()) {
    const frame = Buffer.from(frames[at] ?? [])
    const token = frame.toString('latin1', 2, 27).replace(/\0.*$/s, '')
    const truth = { token, price: frame.length < 51 ? 0n : frame.readBigInt64LE(43) }
    const expected = their && translate(their, truth, defect => met.add(defect))
    const mine = ours(frame)
    expect(mine, frame.toString('hex')).toEqual(expected ? [expected] : [])
    read += mine.length
  }
  return { met: [...met].sort(), read }
}

const SEGMENTS = [1, 2, 3, 4, 5, 7, 13]
const MODES: readonly AngelMode[] = [1, 2, 3, 4]

/** 64-bit values as they are on the wire: mostly small, many 0, some beyond 32 bits. */
const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 100_000_000 }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
)

const double = fc.oneof(fc.maxSafeNat(), fc.constant(0), fc.double())
const orders = fc.integer({ min: -32_768, max: 32_767 })
const size = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

/** Mostly on its own side. */
const five = fc
  .array(
    fc.record({ isStray: fc.boolean(), flag: fc.constantFrom(0, 1, 7), quantity: number, price: number, orders }),
    {
      minLength: 10,
      maxLength: 10,
    },
  )
  .chain(levels =>
    fc.boolean().map(isOrderly =>
      levels.map(
        ({ isStray, flag, ...level }, place): FlaggedLevel => ({
          ...level,
          flag: isStray && !isOrderly ? flag : place < 5 ? 1 : 0,
        }),
      ),
    ),
  )

const twenty = fc.array(fc.record({ quantity: size, price: size, orders }), { maxLength: 20 })

const built = fc
  .record({
    mode: fc.constantFrom(...MODES),
    segment: fc.constantFrom(...SEGMENTS),
    token: fc.oneof(fc.integer({ min: 0, max: 9_999_999 }).map(String), fc.constantFrom('99926000', '99919000')),
    sequence: number,
    time: fc.oneof(number, fc.integer({ min: 940_000_000_000, max: 1_800_000_000_000 })),
    price: number,
    lastQuantity: number,
    average: number,
    volume: number,
    totalBuy: double,
    totalSell: double,
    open: number,
    high: number,
    low: number,
    close: number,
    lastTradeTime: fc.integer({ min: 0, max: 4_000_000_000 }),
    openInterest: number,
    openInterestChange: double,
    five,
    upperCircuit: number,
    lowerCircuit: number,
    yearHigh: number,
    yearLow: number,
    buy: twenty,
    sell: twenty,
  })
  .map(packet)

/** Both totals, which are doubles, are numbers; modes 1 and 4 have none. */
const hasNumbers = (frame: Buffer) =>
  ![2, 3].includes(frame.readUInt8(0)) || [75, 83].every(at => Number.isFinite(frame.readDoubleLE(at)))

interface Vector {
  readonly frame_hex: string
}

const recordings = hasRecordings
  ? ['ltp', 'quote_equity', 'quote_index_stream', 'snapquote']
      .flatMap(name => recordedJson<Vector[]>(`${name}.json`))
      .map(({ frame_hex }) => Buffer.from(frame_hex, 'hex'))
  : []

/** Bits turned, segments changed, bytes added: never shorter, since a frame that is too short ends their process. */
const damaged = fc
  .tuple(
    recordings.length > 0 ? fc.oneof(built, fc.constantFrom(...recordings)) : built,
    fc.array(fc.tuple(fc.noBias(fc.nat(9999)), fc.noBias(fc.nat(7))), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.option(fc.uint8Array({ maxLength: 40 })),
    fc.option(fc.constantFrom(...SEGMENTS, 6, 255), { freq: 1 }),
  )
  .map(([frame, bits, more, segment]) => {
    const bytes = Buffer.concat([frame, more ?? new Uint8Array()])
    for (const [where, bit] of bits) {
      const at = Math.floor((where / 10_000) * bytes.length)
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
    }
    if (segment !== null) bytes.writeUInt8(segment, 1)
    return bytes
  })
  .filter(bytes => bytes.length >= (PACKET_BYTES[bytes.readUInt8(0) as AngelMode] ?? 0))

describe("the vendor's own client and the decoder", () => {
  it.runIf(hasRecordings)('agree on every recorded frame without any allowance', async () => {
    expect(await compare(recordings)).toEqual({ met: [], read: recordings.length })
  })

  it('agree on thousands of built frames of every mode and segment', async () => {
    const frames = fc.sample(built, { numRuns: 6000, seed: 3 })
    const { met, read } = await compare(frames)
    expect(met).toEqual(['counts', 'int32', 'places', 'unsigned'])
    expect(read).toBe(frames.filter(hasNumbers).length)
    expect(read).toBeLessThan(frames.length)
  }, 120_000)

  it('agree on thousands of damaged frames', async () => {
    const { met, read } = await compare(fc.sample(damaged, { numRuns: 6000, seed: 4 }))
    expect(met).toEqual(['counts', 'int32', 'places', 'tail', 'unsigned'])
    // What has no token, no exchange or no number that can be is dropped by us.
    expect(read).toBeGreaterThan(2000)
  }, 120_000)

  it('hear the same texts and stray bytes, which only one of them takes for ticks', async () => {
    const error = '{"correlationID":"abcde12345","errorCode":"E1002","errorMessage":"no"}'
    const before = client.heard.length
    for (const text of ['pong', error]) socket.send(text)
    socket.send(Buffer.from([0]))
    await holds(() => expect(client.heard.length).toBe(before + 3))
    expect(client.heard.slice(before)).toEqual(['pong', error, { bytes: '00' }])
    const kinds = ['pong', error, Buffer.from([0])].flatMap(frame => createDecoder()(frame, RECEIVED))
    expect(kinds.map(({ kind }) => kind)).toEqual(['heartbeat', 'notice', 'ignored'])
  })
})

describe('where the vendor is known to be wrong', () => {
  const only = async (frame: Buffer) => ({ their: (await theirs([frame]))[0], our: ours(frame)[0]?.part })

  it(DEFECTS.int32, async () => {
    const { their, our } = await only(packet({ mode: 1, segment: 1, token: '1', price: 5_000_000_000 }))
    expect([their?.last_traded_price, our?.ltp]).toEqual(['705032704', 50_000_000])
  })

  it(DEFECTS.unsigned, async () => {
    const { their, our } = await only(packet({ mode: 2, segment: 5, token: '1', price: -3700 }))
    expect([their?.last_traded_price, our?.ltp]).toEqual(['18446744073709547916', -37])
  })

  it(DEFECTS.tail, async () => {
    const bytes = packet({ mode: 1, segment: 1, token: '12' })
    bytes.write('77', 6)
    expect((await theirs([bytes]))[0]?.token).toBe('"1277"')
    expect(ours(bytes)[0]?.token).toBe('1|12')
  })

  it(DEFECTS.counts, async () => {
    const crowd = Array.from({ length: 10 }, (_, at) => ({
      flag: at < 5 ? 1 : 0,
      price: 100,
      quantity: 1,
      orders: -25_536,
    }))
    const { their, our } = await only(packet({ mode: 3, segment: 1, token: '1', five: crowd }))
    expect(their?.best_5_buy_data?.[0]).toMatchObject({ no_of_orders: '-25536' })
    expect(our?.buy?.[0]).toEqual({ price: 1, quantity: 1 })
  })

  it(DEFECTS.places, async () => {
    const level = (flag: number, price: number) => ({ flag, price, quantity: 1, orders: 1 })
    const swapped = [0, 1].flatMap(flag => [0, 1, 2, 3, 4].map(at => level(flag, flag ? 100 - at : 101 + at)))
    const { their, our } = await only(packet({ mode: 3, segment: 1, token: '1', five: swapped }))
    expect(their?.best_5_buy_data?.[0]).toMatchObject({ price: '101' })
    expect([our?.buy?.[0]?.price, our?.sell?.[0]?.price]).toEqual([1, 1.01])
  })
})
