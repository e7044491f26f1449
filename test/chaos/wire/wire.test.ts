import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { systemCode } from '../../../shared/errors.ts'
import { holds } from '../../support/holds.ts'
import { framed } from './cutter.ts'
import { Wire } from './wire.ts'

const HANDSHAKE = 'HTTP/1.1 101 Switching Protocols\r\n\r\n'

let server: Server
let served: Socket[]
let wire: Wire

beforeEach(async () => {
  served = []
  server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => {})
    served.push(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  wire = await Wire.open(typeof address === 'object' && address ? address.port : 0)
})

afterEach(() => {
  wire.close()
  for (const socket of served) socket.destroy()
  server.close()
})

/** Who dialled, with all it was given, and the server's end of it. */
async function dial() {
  const socket = connect({ port: wire.port, host: '127.0.0.1', allowHalfOpen: true })
  const seen = { bytes: Buffer.alloc(0), ended: false, error: undefined as string | undefined }
  socket.on('data', bytes => {
    seen.bytes = Buffer.concat([seen.bytes, bytes as Buffer])
  })
  socket.on('end', () => {
    seen.ended = true
  })
  socket.on('error', error => {
    seen.error = systemCode(error)
  })
  const before = served.length
  await once(socket, 'connect')
  const far = await holds(() => {
    const one = served[before]
    if (!one) throw new Error('not yet')
    return one
  })
  return { socket, seen, far }
}

const arrives = (seen: { bytes: Buffer }, text: string | Buffer) =>
  holds(() => expect(seen.bytes.toString('latin1')).toBe(text.toString('latin1')))

describe('a wire', () => {
  it('carries every byte of both directions, and the end of either', async () => {
    const { socket, seen, far } = await dial()
    const heard: Buffer[] = []
    far.on('data', bytes => heard.push(bytes as Buffer))
    far.write('HTTP/1.1 404 Not Found\r\n\r\nabc')
    socket.write('question')
    await arrives(seen, 'HTTP/1.1 404 Not Found\r\n\r\nabc')
    await holds(() => expect(Buffer.concat(heard).toString()).toBe('question'))
    far.end()
    await holds(() => expect(seen.ended).toBe(true))
  })

  it('with latency gives the bytes later, in their order', async () => {
    const { seen, far } = await dial()
    wire.set('down', { latencyMs: 120 })
    const from = systemClock.monotonic()
    far.write(HANDSHAKE)
    far.write(framed(1, Buffer.from('one')))
    await arrives(seen, HANDSHAKE + framed(1, Buffer.from('one')).toString('latin1'))
    expect(systemClock.monotonic() - from).toBeGreaterThanOrEqual(115)
  })

  it('that is slow gives so many bytes a second', async () => {
    const { seen, far } = await dial()
    far.write(HANDSHAKE)
    await arrives(seen, HANDSHAKE)
    wire.set('down', { bytesPerSecond: 10_000 })
    const message = framed(2, Buffer.alloc(3000, 7))
    const from = systemClock.monotonic()
    far.write(message)
    await arrives(seen, Buffer.concat([Buffer.from(HANDSHAKE), message]))
    expect(systemClock.monotonic() - from).toBeGreaterThanOrEqual(250)
  })

  it('that is half-open takes bytes, gives none, and tells nobody of an end', async () => {
    const { socket, seen, far } = await dial()
    far.write(HANDSHAKE)
    await arrives(seen, HANDSHAKE)
    wire.halfOpen()
    far.write(framed(1, Buffer.from('lost')))
    socket.write('lost')
    far.end()
    await wire.heal()
    const other = await dial()
    other.far.write(HANDSHAKE)
    await arrives(other.seen, HANDSHAKE)
    expect([seen.bytes.toString(), seen.ended, seen.error]).toEqual([HANDSHAKE, false, undefined])
    expect(wire.alive).toBe(1)
  })

  it('that is cut ends with FIN, or with RST', async () => {
    const { seen } = await dial()
    wire.cut('FIN')
    await holds(() => expect([seen.ended, seen.error]).toEqual([true, undefined]))
    const other = await dial()
    wire.cut('RST')
    await holds(() => expect(other.seen.error).toBe('ECONNRESET'))
  })

  it('that refuses lets nobody in until it is healed', async () => {
    wire.refuse()
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await wire.heal()
    const { seen, far } = await dial()
    far.write(HANDSHAKE)
    await arrives(seen, HANDSHAKE)
  })

  it('flips one bit of one byte', async () => {
    const { seen, far } = await dial()
    far.write(HANDSHAKE)
    await arrives(seen, HANDSHAKE)
    wire.flip('down', 4, 1)
    far.write(framed(1, Buffer.from('AAAAAA')))
    far.write(framed(1, Buffer.from('AAAAAA')))
    const [damaged, whole] = [framed(1, Buffer.from('AACAAA')), framed(1, Buffer.from('AAAAAA'))]
    await arrives(seen, Buffer.concat([Buffer.from(HANDSHAKE), damaged, whole]))
  })

  it('truncates: so many bytes more, then FIN', async () => {
    const { seen, far } = await dial()
    far.write(HANDSHAKE)
    await arrives(seen, HANDSHAKE)
    wire.truncate('down', 5)
    far.write(framed(1, Buffer.from('AAAAAA')))
    await holds(() => expect(seen.ended).toBe(true))
    const cut = framed(1, Buffer.from('AAAAAA')).subarray(0, 5)
    expect(seen.bytes.toString('latin1')).toBe(HANDSHAKE + cut.toString('latin1'))
  })

  it.each([3, 300, 70_000])(
    'doubles, drops and changes whole messages of %i bytes, however they are cut',
    async size => {
      const { seen, far } = await dial()
      const [first, second, third] = ['a', 'b', 'c'].map(letter => Buffer.alloc(size, letter)) as [
        Buffer,
        Buffer,
        Buffer,
      ]
      wire.set('down', {
        alter: payload => (payload[0] === 97 ? [payload, payload] : payload[0] === 98 ? [] : [Buffer.from('x')]),
      })
      const all = Buffer.concat([Buffer.from(HANDSHAKE), framed(2, first), framed(2, second), framed(2, third)])
      for (let at = 0; at < all.length; at += 17_003) far.write(all.subarray(at, at + 17_003))
      const expected = [Buffer.from(HANDSHAKE), framed(2, first), framed(2, first), framed(2, Buffer.from('x'))]
      await arrives(seen, Buffer.concat(expected))
    },
  )
})
