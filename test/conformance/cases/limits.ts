import { answered, binary, type Case, text } from '../case.ts'
import { BINARY, chop, fragments, frame, TEXT } from '../frame.ts'

const KIB = 1024
const MIB = KIB * KIB
const SIZES = [64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB]
const PIECES = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB]
const WRITES = [64, 128, 256, 512, 1024, 2048]
const TRIPS = [0, 16, 64, 256, 1024, 4096]
const ROUNDS = 1000

/** The bytes of a case are made when it is played: all of them together are 400 MB. */
function lazily(one: Omit<Case, 'writes' | 'answers'>, make: () => Pick<Case, 'writes' | 'answers'>): Case {
  return {
    ...one,
    get writes() {
      return make().writes
    },
    get answers() {
      return make().answers
    },
  }
}

function sized(opcode: typeof TEXT | typeof BINARY, nth: number): Case[] {
  const [what, say] = opcode === TEXT ? (['text', text] as const) : (['binary', binary] as const)
  const payload = (bytes: number) => Buffer.alloc(bytes, opcode === TEXT ? '*' : 0xfe)
  const one = (group: number, at: number, about: string, bytes: number, writes: (whole: Buffer) => readonly Buffer[]) =>
    lazily(answered(`9.${group + nth}.${at + 1}`, `${what} ${about}`, [], [], { bytes }), () => ({
      writes: writes(payload(bytes)),
      answers: [say(payload(bytes))],
    }))
  return [
    ...SIZES.map((bytes, at) => one(1, at, `of ${bytes} bytes`, bytes, whole => [frame(opcode, whole)])),
    ...PIECES.map((piece, at) =>
      one(3, at, `of 4 MiB in pieces of ${piece}`, 4 * MIB, whole => [
        Buffer.concat(fragments(opcode, chop(whole, piece))),
      ]),
    ),
    ...WRITES.map((length, at) =>
      one(5, at, `of 1 MiB in writes of ${length}`, MIB, whole => chop(frame(opcode, whole), length)),
    ),
    ...TRIPS.map((bytes, at) => ({
      ...answered(
        `9.${7 + nth}.${at + 1}`,
        `${what}, ${ROUNDS} times there and back, of ${bytes} bytes`,
        [frame(opcode, payload(bytes))],
        [say(payload(bytes))],
        { rounds: ROUNDS, bytes },
      ),
    })),
  ]
}

/** 9: long messages, many pieces, many writes, many round trips. */
export const limits: readonly Case[] = [...sized(TEXT, 0), ...sized(BINARY, 1)]
