import { WebSocket } from 'ws'
import { systemCode } from '../../../shared/errors.ts'
import type { Dial, Failure, Frame } from '../../contract.ts'

/** What a socket tells. After `ended`, and after `end()`, it tells nothing more. */
export interface SocketListener {
  opened(): void
  received(frame: Frame): void
  /** The broker answered a ping. */
  ponged(): void
  /** The broker answered with this instead of a socket; what else it says of it comes with `ended`, or never. */
  refused(failure: Failure): void
  ended(failure: Failure): void
}

/** One open or opening socket to a broker. */
export interface Socket {
  /** Not before `opened`. */
  send(frame: Frame): void
  /** A WebSocket ping. Not before `opened`. */
  ping(): void
  /** Cuts it at once; also one that was never open. */
  end(): void
}

/** The door to the network: a test puts its own in its place. */
export type OpenSocket = (dial: Dial, listener: SocketListener) => Socket

/** No broker's frame comes near; a longer one ends the connection. */
const MAX_FRAME_BYTES = 1_048_576
const MAX_ANSWER_BYTES = 4096

/** A WebSocket to the address of `dial`. */
export const openSocket: OpenSocket = ({ url, headers }, listener) => {
  const socket = new WebSocket(url, {
    headers: { ...headers },
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  })
  let over = false
  const end = (failure: Failure) => {
    if (over) return
    over = true
    socket.terminate()
    listener.ended(failure)
  }
  socket.on('open', () => over || listener.opened())
  socket.on('message', (bytes: Buffer, isBinary) => {
    if (!over) listener.received(isBinary ? bytes : bytes.toString('utf8'))
  })
  socket.on('pong', () => over || listener.ponged())
  socket.on('unexpected-response', (_, answer) => {
    const status = answer.statusCode ?? 0
    const headers = readHeaders(answer.rawHeaders)
    const retryAfterMs = readRetryAfter(headers['retry-after'])
    let body = ''
    const failure = (): Failure => ({
      kind: 'handshake',
      status,
      headers,
      body,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
    const refuse = () => end(failure())
    if (!over) listener.refused(failure())
    answer.setEncoding('utf8')
    answer.on('data', (text: string) => {
      body = (body + text).slice(0, MAX_ANSWER_BYTES)
      if (body.length === MAX_ANSWER_BYTES) refuse()
    })
    answer.on('end', refuse)
    answer.on('error', refuse)
  })
  socket.on('close', (code, reason) => end({ kind: 'closed', code, reason: reason.toString('utf8') }))
  socket.on('error', error => end({ kind: 'network', reason: systemCode(error) ?? error.message }))
  return {
    send: frame => socket.send(frame),
    ping: () => socket.ping(),
    end() {
      over = true
      socket.terminate()
    },
  }
}

/** Names in lower case; of two of one name the last. */
function readHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at + 1 < raw.length; at += 2) headers[(raw[at] ?? '').toLowerCase()] = raw[at + 1] ?? ''
  return headers
}

/** Whole seconds; a date, which the header may hold too, no broker sends. */
function readRetryAfter(text: string | undefined): number | undefined {
  const seconds = Number(text)
  return text !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}
