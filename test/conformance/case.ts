import { BINARY, closeFrame, PONG, TEXT } from './frame.ts'
import { type Heard, Peer, type Place } from './peer.ts'

/** One case, numbered and meant as in the Autobahn test suite. */
export interface Case {
  readonly id: string
  readonly about: string
  /** Each is a write of its own. */
  readonly writes: readonly Buffer[]
  /** What comes back before the close frame. */
  readonly answers: readonly Heard[]
  /** Less than that, which is not strict, and no failure either. */
  readonly lenient?: readonly Heard[]
  /** Who closes: the server, because of what was written; a close frame among the writes; or the judge, when all is heard. */
  readonly closer: 'server' | 'case' | 'judge'
  /** One of these is the code of the server's close frame. */
  readonly codes: readonly number[]
  /** So often, each time when the last answers are there. */
  readonly rounds?: number
  /** Of its longest message. */
  readonly bytes?: number
}

type Verdict = 'OK' | 'NON-STRICT' | { readonly failed: string }

export const text = (payload: Uint8Array | string): Heard => ({ opcode: TEXT, payload: Buffer.from(payload) })
export const binary = (payload: Uint8Array): Heard => ({ opcode: BINARY, payload: Buffer.from(payload) })
export const pong = (payload: Uint8Array | string = ''): Heard => ({ opcode: PONG, payload: Buffer.from(payload) })

/** All is well and answered like this. */
export const answered = (
  id: string,
  about: string,
  writes: readonly Buffer[],
  answers: readonly Heard[],
  rest: Pick<Case, 'rounds' | 'bytes'> = {},
): Case => ({ id, about, writes, answers, closer: 'judge', codes: [1000], ...rest })

/** The server must refuse it; what was right before may have been answered. */
export const refused = (
  id: string,
  about: string,
  writes: readonly Buffer[],
  { code = 1002, before = [] as readonly Heard[] } = {},
): Case => ({ id, about, writes, answers: before, lenient: [], closer: 'server', codes: [code] })

/** Brings its own close frame. */
export const closed = (
  id: string,
  about: string,
  writes: readonly Buffer[],
  { codes = [1000] as readonly number[], before = [] as readonly Heard[] } = {},
): Case => ({ id, about, writes, answers: before, closer: 'case', codes })

/** What the same case must give where messages may have no more than `limit` bytes. */
export const limited = (one: Case, limit: number): Case =>
  (one.bytes ?? 0) <= limit ? one : { ...one, answers: [], lenient: [], closer: 'server', codes: [1009, 1008] }

export interface Play {
  /** Brings a fresh connection so far that the case can begin. */
  readonly begin?: (peer: Peer) => Promise<void>
  /** What counts of the answers; all, for a server that echoes. */
  readonly counts?: (answer: Heard) => boolean
}

/** Plays a case over a connection of its own. */
export async function play(one: Case, place: Place, { begin, counts = () => true }: Play = {}): Promise<Verdict> {
  const peer = await Peer.open(place)
  try {
    await begin?.(peer)
    const first = peer.heard.length
    const heard = () => peer.heard.slice(first).filter(counts)
    const wanted = one.answers.filter(counts)
    for (let round = 1; round <= (one.rounds ?? 1); round++) {
      for (const bytes of one.writes) if (!peer.hasClosed || one.closer === 'case') await peer.write(bytes)
      if (one.closer === 'judge')
        await peer.until('the answers', () => heard().length >= wanted.length * round || peer.hasClosed)
    }
    if (one.closer === 'judge') await peer.write(closeFrame(1000))
    await peer.until('the close frame', () => peer.closeCode !== undefined)
    if (one.closer === 'server') await peer.write(closeFrame(peer.closeCode))
    await peer.until('the end of the connection', () => peer.hasEnded)
    return judge(one, { heard: heard(), wanted, code: peer.closeCode })
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  } finally {
    peer.destroy()
  }
}

interface Outcome {
  readonly heard: readonly Heard[]
  readonly wanted: readonly Heard[]
  readonly code: number | undefined
}

function judge({ lenient, codes, rounds = 1 }: Case, { heard, wanted, code }: Outcome): Verdict {
  if (code === undefined || !codes.includes(code)) return { failed: `close code ${code}, not ${codes.join(' or ')}` }
  if (isSame(heard, Array.from({ length: rounds }, () => wanted).flat())) return 'OK'
  if (lenient && isSame(heard, lenient)) return 'NON-STRICT'
  return { failed: `heard ${heard.map(shown).join(', ') || 'nothing'}; expected ${wanted.map(shown).join(', ')}` }
}

const isSame = (heard: readonly Heard[], wanted: readonly Heard[]): boolean =>
  heard.length === wanted.length &&
  heard.every(({ opcode, payload }, at) => opcode === wanted[at]?.opcode && payload.equals(wanted[at].payload))

const shown = ({ opcode, payload }: Heard): string =>
  `opcode ${opcode} with ${payload.length} bytes ${payload.toString('hex', 0, 16)}`
