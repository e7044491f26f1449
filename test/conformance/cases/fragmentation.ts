import { answered, type Case, pong, refused, text } from '../case.ts'
import { CONTINUATION, chop, fragments, frame, PING, PONG, TEXT } from '../frame.ts'

const PIECES = ['fragment1', 'fragment2']
const whole = text('fragment1fragment2')
const [first = Buffer.alloc(0), last = Buffer.alloc(0)] = fragments(TEXT, PIECES)
const ping = frame(PING, 'ping payload')
const pinged = pong('ping payload')
const more = { more: true }
const stray = frame(CONTINUATION, 'non-continuation payload')
const strayMore = frame(CONTINUATION, 'non-continuation payload', more)
const hello = frame(TEXT, 'Hello, world!')

/** The same at once, frame by frame, and byte by byte. */
const threeWays = (frames: readonly Buffer[]): [string, readonly Buffer[]][] => [
  ['at once', [Buffer.concat(frames)]],
  ['frame by frame', frames],
  ['byte by byte', chop(Buffer.concat(frames), 1)],
]

const five = fragments(TEXT, ['fragment1', 'fragment2', 'fragment3', 'fragment4', 'fragment5'])
const pinging = five.flatMap((piece, nth) =>
  nth === 1 || nth === 3 ? [piece, frame(PING, `pongme ${nth}!`)] : [piece],
)
const fiveAnswers = [pong('pongme 1!'), pong('pongme 3!'), text('fragment1fragment2fragment3fragment4fragment5')]

/** 5: messages in pieces, control frames between them, and pieces of nothing. */
export const fragmentation: readonly Case[] = [
  refused('5.1', 'a ping in pieces', fragments(PING, PIECES)),
  refused('5.2', 'a pong in pieces', fragments(PONG, PIECES)),
  ...threeWays([first, last]).map(([how, writes], nth) =>
    answered(`5.${3 + nth}`, `text in two pieces, ${how}`, writes, [whole]),
  ),
  ...threeWays([first, ping, last]).map(([how, writes], nth) =>
    answered(`5.${6 + nth}`, `the same with a ping between, ${how}`, writes, [pinged, whole]),
  ),
  ...threeWays([stray, hello]).map(([how, writes], nth) =>
    refused(`5.${9 + nth}`, `the last piece of nothing, then text, ${how}`, writes),
  ),
  ...threeWays([strayMore, hello]).map(([how, writes], nth) =>
    refused(`5.${12 + nth}`, `a piece of nothing, then text, ${how}`, writes),
  ),
  refused('5.15', 'text in two pieces, a piece of nothing, text', [Buffer.concat([first, last, strayMore, hello])], {
    before: [whole],
  }),
  refused('5.16', 'twice a piece of nothing and the last of it', [strayMore, stray, strayMore, stray]),
  refused('5.17', 'twice the last piece of nothing and a piece', [stray, strayMore, stray, strayMore]),
  refused('5.18', 'text in two pieces that both say text', [frame(TEXT, 'fragment1', more), frame(TEXT, 'fragment2')]),
  answered('5.19', 'text in five pieces with two pings between', [Buffer.concat(pinging)], fiveAnswers),
  answered('5.20', 'the same, frame by frame', pinging, fiveAnswers),
]

const message = Buffer.alloc(65_536, '*')

/** 10: a message that its sender cuts by itself. */
export const autofragmentation: readonly Case[] = [
  answered('10.1.1', '64 KiB in pieces of 1,300', fragments(TEXT, chop(message, 1300)), [text(message)], {
    bytes: message.length,
  }),
]
