import { answered, binary, type Case, pong, refused, text } from '../case.ts'
import { BINARY, chop, frame, PING, PONG, TEXT } from '../frame.ts'

const LENGTHS = [0, 125, 126, 127, 128, 65_535, 65_536]
const LONG = 65_536
const HELLO = 'Hello, world!'
const NO_TEXT = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff])
const octets = (...frames: readonly Buffer[]): Buffer[] => chop(Buffer.concat(frames), 1)
const together = (...frames: readonly Buffer[]): Buffer[] => [Buffer.concat(frames)]

/** 1: messages of every length a header can say. */
export const framing: readonly Case[] = ([TEXT, BINARY] as const).flatMap((opcode, nth) => {
  const [what, say] = opcode === TEXT ? ['text', text] : ['binary', binary]
  const payload = (length: number) => Buffer.alloc(length, opcode === TEXT ? '*' : 0xfe)
  const one = (length: number, at: number) =>
    answered(
      `1.${nth + 1}.${at + 1}`,
      `${what} of ${length} bytes`,
      [frame(opcode, payload(length))],
      [say(payload(length))],
      { bytes: length },
    )
  const chopped = chop(frame(opcode, payload(LONG)), 997)
  return [
    ...LENGTHS.map(one),
    answered(`1.${nth + 1}.8`, `${what} in writes of 997`, chopped, [say(payload(LONG))], { bytes: LONG }),
  ]
})

const TEN = Array.from({ length: 10 }, (_, nth) => `payload-${nth}`)
const pings = TEN.map(payload => frame(PING, payload))
const full = Buffer.alloc(125, 0xfe)
const tooFull = Buffer.alloc(126, 0xfe)

/** 2: pings and pongs. */
export const pingPong: readonly Case[] = [
  answered('2.1', 'an empty ping', [frame(PING)], [pong()]),
  answered('2.2', 'a ping with text', [frame(PING, HELLO)], [pong(HELLO)]),
  answered('2.3', 'a ping with bytes', [frame(PING, NO_TEXT)], [pong(NO_TEXT)]),
  answered('2.4', 'a ping of 125 bytes', [frame(PING, full)], [pong(full)]),
  refused('2.5', 'a ping of 126 bytes', [frame(PING, tooFull)]),
  answered('2.6', 'a ping of 125 bytes, byte by byte', octets(frame(PING, full)), [pong(full)]),
  answered('2.7', 'a pong that nobody asked for', [frame(PONG)], []),
  answered('2.8', 'such a pong with text', [frame(PONG, 'unsolicited pong payload')], []),
  answered('2.9', 'such a pong, then a ping', [frame(PONG, 'unsolicited'), frame(PING, 'ping')], [pong('ping')]),
  answered('2.10', 'ten pings', pings, TEN.map(pong)),
  answered('2.11', 'ten pings, byte by byte', octets(...pings), TEN.map(pong)),
]

const hello = frame(TEXT, HELLO)
const ping = frame(PING)
const before = [text(HELLO)]
const reserved = (bits: number, opcode = TEXT, payload: string | Uint8Array = HELLO) =>
  frame(opcode, payload, { reserved: bits })

/** 3: reserved bits, which no extension gave a meaning. */
export const reservedBits: readonly Case[] = [
  refused('3.1', 'text with bit 1', [reserved(1)]),
  refused('3.2', 'text, text with bit 2, ping', together(hello, reserved(2), ping), { before }),
  refused('3.3', 'text, text with bits 3, ping, frame by frame', [hello, reserved(3), ping], { before }),
  refused('3.4', 'text, text with bit 4, ping, byte by byte', octets(hello, reserved(4), ping), { before }),
  refused('3.5', 'binary with bits 5', [reserved(5, BINARY, NO_TEXT)]),
  refused('3.6', 'a ping with bits 6', [reserved(6, PING)]),
  refused('3.7', 'a close frame with bits 7', [reserved(7, 8, Buffer.from([3, 232]))]),
]

/** 4: opcodes that mean nothing, five of data and five of control. */
export const opcodes: readonly Case[] = [
  [3, 4, 5, 6, 7],
  [11, 12, 13, 14, 15],
].flatMap(([one = 0, two = 0, three = 0, four = 0, five = 0], nth) => {
  const id = `4.${nth + 1}`
  return [
    refused(`${id}.1`, `opcode ${one}`, [frame(one)]),
    refused(`${id}.2`, `opcode ${two} with a payload`, [frame(two, 'reserved opcode payload')]),
    refused(`${id}.3`, `text, opcode ${three}, ping`, together(hello, frame(three), ping), { before }),
    refused(`${id}.4`, `text, opcode ${four} with a payload, ping`, [hello, frame(four, HELLO), ping], { before }),
    refused(`${id}.5`, `text, opcode ${five}, ping, byte by byte`, octets(hello, frame(five, HELLO), ping), { before }),
  ]
})
