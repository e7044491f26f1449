import { connect, type Socket } from 'node:net'
import { deflateRawSync } from 'node:zlib'

/** Where the proxy listens. */
interface Target {
  readonly port: number
}

/** What became of one kind of attack. */
export interface Tally {
  /** Connections opened, or tries made. */
  tries: number
  /** Connections that are open now. */
  open: number
  /** Connections the proxy ended. */
  ended: number
  /** How they ended: the first line of an HTTP answer, or the code of a close frame. */
  readonly how: Record<string, number>
}

/** One kind of attack: begins at once, and ends what it holds when the process does. */
export interface Weapon {
  readonly name: string
  readonly about: string
  readonly fire: (target: Target, tally: Tally) => void
}

const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n'
const TEXT = 0x1
const CONTINUATION = 0x0
const PING = 0x9
const CLOSE = 0x88
const AGAIN_MS = 50

let turn = 0

/** The next of some two hundred addresses of this machine, none of which a client of ours uses. */
const someAddress = (): string => `127.0.${1 + (++turn % 4)}.${1 + (turn % 50)}`

interface Opening {
  readonly target: Target
  readonly tally: Tally
  /** Begin again when the proxy has ended it. */
  readonly isTireless?: boolean
  /** What it does once it is connected; `upgraded`: once its handshake was answered. */
  readonly connected?: (socket: Socket) => void
  readonly upgraded?: (socket: Socket) => void
}

/** One connection from one of many addresses, and the count of what becomes of it. */
function open(opening: Opening): void {
  const { target, tally, isTireless = false, connected, upgraded } = opening
  tally.tries++
  let isOpen = false
  let heard = ''
  const socket = connect({ port: target.port, host: '127.0.0.1', localAddress: someAddress() }, () => {
    isOpen = true
    tally.open++
    connected?.(socket)
    if (upgraded) socket.write(HANDSHAKE)
  })
  let isUpgraded = false
  socket.on('data', bytes => {
    heard = (heard + bytes.toString('latin1')).slice(-4096)
    if (isUpgraded || !upgraded || !heard.startsWith('HTTP/1.1 101') || !heard.includes('\r\n\r\n')) return
    isUpgraded = true
    heard = ''
    upgraded(socket)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    if (isOpen) tally.open--
    tally.ended++
    const how = isUpgraded ? closeCodeIn(heard) : heard.split('\r\n', 1)[0] || 'cut'
    tally.how[how] = (tally.how[how] ?? 0) + 1
    if (isTireless) setTimeout(() => open(opening), AGAIN_MS)
  })
}

/** Of the close frame at the end of what a server said. */
function closeCodeIn(heard: string): string {
  const bytes = Buffer.from(heard, 'latin1')
  const at = bytes.lastIndexOf(CLOSE)
  return at >= 0 && at + 4 <= bytes.length ? String(bytes.readUInt16BE(at + 2)) : 'cut'
}

/** A client's frame. The mask is all zeros, which is a mask too. */
function frame(opcode: number, payload: Buffer, { fin = true, rsv1 = false } = {}): Buffer {
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode
  const size = payload.length
  const head = size < 126 ? Buffer.from([first, 0x80 | size]) : Buffer.alloc(size < 65_536 ? 4 : 10)
  if (size >= 126) {
    head[0] = first
    head[1] = 0x80 | (size < 65_536 ? 126 : 127)
    if (size < 65_536) head.writeUInt16BE(size, 2)
    else head.writeBigUInt64BE(BigInt(size), 2)
  }
  return Buffer.concat([head, Buffer.alloc(4), payload])
}

const say = (message: unknown): Buffer => frame(TEXT, Buffer.from(JSON.stringify(message)))

/** So often a second, as evenly as this machine can. */
function perSecond(rate: number, act: () => void): void {
  const began = performance.now()
  let done = 0
  setInterval(() => {
    const due = ((performance.now() - began) / 1000) * rate
    while (done < due) {
      done++
      act()
    }
  }, 10)
}

/** Writes as fast as the other end reads, and reads nothing. */
function pour(socket: Socket, piece: Buffer): void {
  socket.pause()
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', more)
  more()
}

const times = (count: number, act: () => void): void => {
  for (let nth = 0; nth < count; nth++) act()
}

export const WEAPONS: readonly Weapon[] = [
  {
    name: 'slow-handshakes',
    about: '500 connections that send one byte of their request in a second',
    fire: (target, tally) =>
      times(500, () =>
        open({
          target,
          tally,
          isTireless: true,
          connected: socket => {
            let at = 0
            const trickle = setInterval(() => socket.write(HANDSHAKE.charAt(at++ % 60)), 1000)
            socket.once('close', () => clearInterval(trickle))
          },
        }),
      ),
  },
  {
    name: 'silent-sockets',
    about: '1,000 WebSockets that never say who they are',
    fire: (target, tally) => times(1000, () => open({ target, tally, isTireless: true, upgraded: () => {} })),
  },
  {
    name: 'handshakes',
    about: '200 WebSocket handshakes a second',
    fire: (target, tally) => perSecond(200, () => open({ target, tally, upgraded: socket => socket.end() })),
  },
  {
    name: 'bad-keys',
    about: '10,000 wrong keys a minute, ten on a connection',
    fire: (target, tally) =>
      perSecond(10_000 / 60 / 10, () =>
        open({
          target,
          tally,
          upgraded: socket =>
            times(10, () => socket.write(say({ action: 'authenticate', api_key: `${randomHex()}${randomHex()}` }))),
        }),
      ),
  },
  {
    name: 'pings',
    about: '10 connections that send pings without end and read nothing',
    fire: (target, tally) =>
      times(10, () =>
        open({ target, tally, isTireless: true, upgraded: socket => pour(socket, frame(PING, Buffer.alloc(125))) }),
      ),
  },
  {
    name: 'fragments',
    about: '10 connections with messages of 16,000 pieces of a byte',
    fire: (target, tally) =>
      times(10, () =>
        open({
          target,
          tally,
          isTireless: true,
          upgraded: socket => {
            socket.write(frame(TEXT, Buffer.from('a'), { fin: false }))
            const piece = frame(CONTINUATION, Buffer.from('a'), { fin: false })
            socket.write(Buffer.concat(Array.from({ length: 16_000 }, () => piece)))
          },
        }),
      ),
  },
  {
    name: 'deflate-bombs',
    about: '10 connections with packed messages of 60 MB in 60 kB, never agreed on',
    fire: (target, tally) => {
      const bomb = frame(TEXT, deflateRawSync(Buffer.alloc(60_000_000)), { rsv1: true })
      times(10, () => open({ target, tally, isTireless: true, upgraded: socket => socket.write(bomb) }))
    },
  },
  {
    name: 'json-bombs',
    about: '10 connections with 60 kB of brackets, and with a message of 10 MB',
    fire: (target, tally) => {
      const deep = frame(TEXT, Buffer.from(`${'['.repeat(30_000)}${']'.repeat(30_000)}`))
      const huge = frame(TEXT, Buffer.from(`{"action":"${'x'.repeat(10_000_000)}"}`))
      times(5, () => open({ target, tally, isTireless: true, upgraded: socket => pour(socket, deep) }))
      times(5, () => open({ target, tally, isTireless: true, upgraded: socket => socket.write(huge) }))
    },
  },
]

const randomHex = (): string => Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join('')
