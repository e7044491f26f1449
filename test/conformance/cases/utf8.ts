import { answered, type Case, refused, text } from '../case.ts'
import { chop, fragments, frame, TEXT } from '../frame.ts'

/** κόσμε, its second letter of three bytes. */
const GREEK = Buffer.from('\u03ba\u1f79\u03c3\u03bc\u03b5')
const GERMAN = 'Hello-µ@ßöäüàá-UTF-8!!'
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const INVALID = { code: 1007 }
const BEYOND = hex('f4908080')
const EDITED = Buffer.from('edited')
const spoilt = Buffer.concat([GREEK, hex('eda080'), EDITED])
const late = Buffer.concat([GREEK, BEYOND, EDITED])
/** Cut before and behind what is wrong, or within it. */
const cutAt = (bytes: Buffer, one: number, other: number): Buffer[] => [
  bytes.subarray(0, one),
  bytes.subarray(one, other),
  bytes.subarray(other),
]
const at = GREEK.length
const mask = 6

const pieces: readonly Case[] = [
  answered('6.1.1', 'no text at all', [frame(TEXT)], [text('')]),
  answered('6.1.2', 'no text in three pieces', fragments(TEXT, ['', '', '']), [text('')]),
  answered('6.1.3', 'text between two empty pieces', fragments(TEXT, ['', 'middle frame payload', '']), [
    text('middle frame payload'),
  ]),
  answered('6.2.1', 'text in one piece', [frame(TEXT, GERMAN)], [text(GERMAN)]),
  answered('6.2.2', 'cut between characters', fragments(TEXT, ['Hello-µ@ßöä', 'üàá-UTF-8!!']), [text(GERMAN)]),
  answered('6.2.3', 'in pieces of a byte', fragments(TEXT, chop(Buffer.from(GERMAN), 1)), [text(GERMAN)]),
  answered('6.2.4', 'the same of another text', fragments(TEXT, chop(GREEK, 1)), [text(GREEK)]),
  refused('6.3.1', 'a surrogate in one piece', [frame(TEXT, spoilt)], INVALID),
  refused('6.3.2', 'a surrogate in pieces of a byte', fragments(TEXT, chop(spoilt, 1)), INVALID),
  refused('6.4.1', 'wrong in the second of three pieces', fragments(TEXT, cutAt(late, at, at + 4)), INVALID),
  refused('6.4.2', 'cut within what is wrong', fragments(TEXT, cutAt(late, at + 3, at + 4)), INVALID),
  refused('6.4.3', 'one frame in three writes', cutAt(frame(TEXT, late), mask + at, mask + at + 4), INVALID),
  refused('6.4.4', 'and cut within it', cutAt(frame(TEXT, late), mask + at + 1, mask + at + 4), INVALID),
]

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, nth) => from + nth)
const spaced = (from: number, to: number): Buffer => Buffer.from(range(from, to).flatMap(byte => [byte, 0x20]))
const utf8 = (point: number): Buffer => Buffer.from(String.fromCodePoint(point))
const planes = range(0, 16).flatMap(plane => [0xfffe, 0xffff].map(point => utf8(plane * 0x10000 + point)))
const incomplete = ['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf']

/** From 6.5 on: what is in one message, and what of it is text. The others are none. */
const GROUPS: readonly (readonly [about: string, sequences: readonly Buffer[], valid?: (nth: number) => boolean])[] = [
  [
    'text of one to four bytes a character',
    [...['hello$world', 'hello¢world', 'hello€world', 'hello𤭢world'].map(one => Buffer.from(one)), GREEK],
    () => true,
  ],
  [
    'the first bytes of a text',
    range(1, GREEK.length).map(length => GREEK.subarray(0, length)),
    nth => [2, 5, 7, 9, 11].includes(nth + 1),
  ],
  ['the first of each length', ['00', 'c280', 'e0a080', 'f0908080'].map(hex), () => true],
  ['the first of five and six bytes', ['f888808080', 'fc8480808080'].map(hex)],
  ['the last of each length', ['7f', 'dfbf', 'efbfbf', 'f48fbfbf'].map(hex), () => true],
  ['the last of what once was allowed', ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'].map(hex)],
  ['at the borders', ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf', 'f4908080'].map(hex), nth => nth < 4],
  [
    'continuations of nothing',
    [
      ...['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf'].map(hex),
      Buffer.from(range(0x80, 0xbf)),
    ],
  ],
  [
    'beginnings without an end',
    [
      [0xc0, 0xdf],
      [0xe0, 0xef],
      [0xf0, 0xf7],
      [0xf8, 0xfb],
      [0xfc, 0xfd],
    ].map(([from = 0, to = 0]) => spaced(from, to)),
  ],
  ['the last byte missing', incomplete.map(hex)],
  ['all of those in one', [hex(incomplete.join(''))]],
  ['bytes that are in no text', ['fe', 'ff', 'fefeffff'].map(hex)],
  ['too long for what they say', ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'].map(hex)],
  ['the last that is too long', ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'].map(hex)],
  ['a NUL that is too long', ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'].map(hex)],
  ['one surrogate', ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'].map(hex)],
  [
    'two surrogates',
    ['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap(one => ['edb080', 'edbfbf'].map(other => hex(one + other))),
  ],
  ['what is no character and still text', planes, () => true],
  ['the specials', range(0xfff9, 0xffff).map(utf8), () => true],
]

/** 6: what is text and what is none, in every way to cut it. */
export const texts: readonly Case[] = [
  ...pieces,
  ...GROUPS.flatMap(([about, sequences, valid = () => false], group) =>
    sequences.map((bytes, nth) => {
      const id = `6.${group + 5}.${nth + 1}`
      return valid(nth)
        ? answered(id, about, [frame(TEXT, bytes)], [text(bytes)])
        : refused(id, about, [frame(TEXT, bytes)], INVALID)
    }),
  ),
]
