import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { systemCode } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { type DoorRefusal, textOf } from './handshake.ts'
import { HANDSHAKE_LIMIT_MS, type Tls } from './tls.ts'

/** For the head of a request. */
export const HEAD_LIMIT_MS = 5000
/** Node's defaults let a silent socket stand for over a minute. */
const HTTP_LIMITS = {
  headersTimeout: HEAD_LIMIT_MS,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
  maxHeaderSize: 8192,
}

const BAD: DoorRefusal = { status: 400, reason: 'This is no HTTP request' }
const UNREADABLE: Readonly<Record<string, DoorRefusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'The headers are too long' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'The request did not come in time' },
}

/** HTTP, or HTTP over TLS for which a certificate is given: without a port, connections are given to it. */
export function createHttp(answer: RequestListener, tls: Tls | undefined, log: Log): HttpServer {
  const server = tls ? secure(answer, tls, log) : createServer(HTTP_LIMITS, answer)
  // Else Node answers by itself who expects what it does not know, and keeps the connection: past all that is asked here.
  server.on('checkExpectation', answer)
  server.on('clientError', (error: Error, stream: Duplex & { readonly bytesWritten?: number }) => {
    // In the middle of an answer another one would be taken for a part of it.
    if (stream.writable && stream.bytesWritten === 0 && systemCode(error) !== 'ECONNRESET')
      stream.end(textOf(UNREADABLE[systemCode(error) ?? ''] ?? BAD, tls !== undefined))
    stream.destroy()
  })
  return server
}

function secure(answer: RequestListener, tls: Tls, log: Log): HttpServer {
  const server = createTlsServer({ ...HTTP_LIMITS, ...tls.options, handshakeTimeout: HANDSHAKE_LIMIT_MS }, answer)
  tls.serve(server)
  // Scanners, browsers that do not trust the certificate, clients that do not speak TLS: no fault of ours.
  server.prependListener('tlsClientError', (error, socket) => {
    log.debug({ err: error }, 'a TLS handshake failed')
    socket.destroy()
  })
  return server
}
