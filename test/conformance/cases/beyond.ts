import { answered, type Case, pong, refused, text } from '../case.ts'
import { CLOSE, closeFrame, frame, PING, TEXT } from '../frame.ts'

const HELLO = 'Hello, world!'
const ping = frame(PING)
const hello = frame(TEXT, HELLO)

/** The header of a masked frame that claims a length of eight bytes. */
const claiming = (length: bigint, opcode = TEXT): Buffer => {
  const head = Buffer.alloc(14)
  head[0] = 0x80 | opcode
  head[1] = 0xff
  head.writeBigUInt64BE(length, 2)
  return head
}

/** What the Autobahn suite does not ask: it always masks, and never lies about lengths. */
export const beyond: readonly Case[] = [
  refused('B.1', 'text without a mask', [frame(TEXT, HELLO, { masked: false })]),
  refused('B.2', 'a ping without a mask', [frame(PING, '', { masked: false })]),
  refused('B.3', 'a close frame without a mask', [frame(CLOSE, Buffer.from([3, 232]), { masked: false })]),
  refused(
    'B.4',
    'text, text without a mask, ping',
    [Buffer.concat([hello, frame(TEXT, 'x', { masked: false }), ping])],
    {
      before: [text(HELLO)],
    },
  ),
  refused('B.5', 'a length of 2^63', [claiming(2n ** 63n)], { code: 1009 }),
  refused('B.6', 'a length of 2^53', [claiming(2n ** 53n)], { code: 1009 }),
  refused('B.7', 'a length of a terabyte', [claiming(2n ** 40n)], { code: 1009 }),
  refused('B.8', 'a ping with a length of eight bytes', [claiming(1n, PING)]),
  refused('B.9', 'nothing but ones', [Buffer.alloc(64, 0xff)]),
  refused('B.10', 'a request behind the handshake', [Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')]),
  refused('B.11', 'a close frame in pieces', [frame(CLOSE, Buffer.from([3, 232]), { more: true }), closeFrame(1000)]),
  answered(
    'B.12',
    'a ping between the pieces of nothing that is text',
    [frame(TEXT, '', { more: true }), frame(PING, 'x'), frame(0)],
    [pong('x'), text('')],
  ),
]
