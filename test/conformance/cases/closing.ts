import { answered, type Case, closed, refused, text } from '../case.ts'
import { CLOSE, CONTINUATION, closeFrame, frame, PING, TEXT } from '../frame.ts'

const HELLO = 'Hello World!'
const hello = frame(TEXT, HELLO)
const bye = closeFrame(1000)
const LARGE = 256 * 1024
const large = Buffer.alloc(LARGE, 'BAsd7&jh23'.slice(0, 8))
const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
const INVALID = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]

/** 7: how a connection ends. */
export const closing: readonly Case[] = [
  answered('7.1.1', 'text, then a close', [hello], [text(HELLO)]),
  closed('7.1.2', 'two close frames', [bye, bye]),
  closed('7.1.3', 'a ping behind the close frame', [bye, frame(PING)]),
  closed('7.1.4', 'text behind the close frame', [bye, hello]),
  closed('7.1.5', 'a message that is not whole, close frame, its rest', [
    frame(TEXT, 'fragment1', { more: true }),
    bye,
    frame(CONTINUATION, 'fragment2'),
  ]),
  {
    ...closed('7.1.6', '256 KiB, close frame, ping', [frame(TEXT, large), bye, frame(PING)], { before: [text(large)] }),
    lenient: [],
    bytes: LARGE,
  },
  closed('7.3.1', 'a close frame that says nothing', [closeFrame()], { codes: [1000, 1005] }),
  refused('7.3.2', 'half a code', [frame(CLOSE, 'a')]),
  closed('7.3.3', 'a code', [bye]),
  closed('7.3.4', 'a code and a reason', [closeFrame(1000, 'Hello World!')]),
  closed('7.3.5', 'the longest reason', [closeFrame(1000, '*'.repeat(123))]),
  refused('7.3.6', 'a reason that is too long', [closeFrame(1000, '*'.repeat(124))]),
  refused('7.5.1', 'a reason that is no text', [closeFrame(1000, Buffer.from('cebae1bdb9eda080656469746564', 'hex'))], {
    code: 1007,
  }),
  ...VALID.map((code, nth) => closed(`7.7.${nth + 1}`, `code ${code}`, [closeFrame(code)], { codes: [code] })),
  ...INVALID.map((code, nth) => refused(`7.9.${nth + 1}`, `code ${code}, which nobody may send`, [closeFrame(code)])),
  refused('7.13.1', 'code 5000, which has no meaning', [closeFrame(5000)]),
  refused('7.13.2', 'code 65535, which has none either', [closeFrame(65_535)]),
]
