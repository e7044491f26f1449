import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { HttpRefusal } from './refusal.ts'

export const BODY_LIMIT = 65_536

/** The JSON body of a request whose route takes one, whatever it calls itself; that of any other is left unread. */
export async function readBody(request: FastifyRequest): Promise<unknown> {
  if (request.routeOptions.schema?.body === undefined) return undefined
  const text = await collect(request.raw)
  if (text === '') return undefined
  try {
    return JSON.parse(text, dropPrototype) as unknown
  } catch {
    throw new HttpRefusal(400, 'the body is no JSON', { code: 'INVALID_JSON' })
  }
}

/** Whoever reads it makes the connection flow again, which the door stopped after the head. */
async function collect(request: IncomingMessage): Promise<string> {
  const tooLong = new HttpRefusal(413, `a body may have ${BODY_LIMIT} bytes`)
  if (Number(request.headers['content-length']) > BODY_LIMIT) throw tooLong
  const chunks: Buffer[] = []
  let length = 0
  // Ended early, the stream would take its socket along, and the answer with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer
    length += bytes.length
    if (length > BODY_LIMIT) throw tooLong
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

/** A key that would change what all objects inherit. */
const dropPrototype = (name: string, value: unknown): unknown => (name === '__proto__' ? undefined : value)
