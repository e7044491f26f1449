import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import type { Conditions } from './conditions.ts'

/** One REST call as it was answered; the query is left out, as it may hold a token. */
export interface Call {
  readonly method: string
  readonly path: string
  /** Nothing when it was left without an answer. */
  readonly status: number | undefined
}

/** A call as the broker reads it. */
export interface Asked {
  readonly method: string
  /** Its host means nothing. */
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** The connection breaks after so many bytes of the body. */
  readonly breakAt?: number
}

/** The broker's REST side: counts what is asked, and fails on order. */
export class Rest {
  readonly calls: Call[] = []
  readonly #conditions: Conditions
  readonly #reply: (asked: Asked) => Reply
  readonly #refused: (status: number) => Reply

  constructor(options: {
    conditions: Conditions
    reply: (asked: Asked) => Reply
    /** A failure in the broker's words. */
    refused: (status: number) => Reply
  }) {
    this.#conditions = options.conditions
    this.#reply = options.reply
    this.#refused = options.refused
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://broker')
    const method = request.method ?? ''
    const body = method === 'POST' ? await text(request) : ''
    const { rest } = this.#conditions
    const reply =
      rest === 'down'
        ? undefined
        : rest === undefined
          ? this.#reply({ method, url, headers: request.headers, body })
          : this.#refused(rest)
    this.calls.push({ method, path: url.pathname, status: reply?.status })
    if (!reply) return void request.socket.destroy()
    response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) })
    if (reply.breakAt === undefined) response.end(reply.body)
    else response.write(Buffer.from(reply.body).subarray(0, reply.breakAt), () => request.socket.destroy())
  }
}

/** A file as it is served: whole, ending inside a line, or broken off, as the conditions have it; packed where wanted. */
export function fileReply(
  file: Buffer,
  { type, asked, conditions }: { readonly type: string; readonly asked: Asked; readonly conditions: Conditions },
): Reply {
  const whole = conditions.listCut === 'body' ? cutInsideLine(file) : file
  const isPacked = /\bgzip\b/.test(String(asked.headers['accept-encoding'] ?? ''))
  const body = isPacked ? packed(whole) : whole
  return {
    status: 200,
    headers: { 'content-type': type, ...(isPacked ? { 'content-encoding': 'gzip' } : {}) },
    body,
    ...(conditions.listCut === 'transfer' ? { breakAt: Math.floor(body.length / 2) } : {}),
  }
}

const packs = new WeakMap<Buffer, Buffer>()

/** A list of 150,000 rows takes half a second: once for each that stays the same. */
function packed(file: Buffer): Buffer {
  const known = packs.get(file)
  if (known) return known
  const pack = gzipSync(file)
  packs.set(file, pack)
  return pack
}

/** About two thirds of it, and the last line of that without its end; where there are no lines, about two thirds. */
function cutInsideLine(file: Buffer): Buffer {
  const middle = Math.floor((file.length * 2) / 3)
  const lineEnd = file.indexOf('\n', middle)
  return file.subarray(0, lineEnd === -1 ? middle : lineEnd - 20)
}
