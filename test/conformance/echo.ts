import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { websocketOptions } from '../../proxy/websocketoptions.ts'
import { loadConfig } from '../../shared/config.ts'

export interface EchoOptions {
  /** 0 takes a free one. */
  readonly port?: number
  readonly maxMessageBytes: number
  /** With them it speaks TLS. */
  readonly secure?: { readonly key: string; readonly certificate: string } | undefined
}

export interface Echo {
  readonly port: number
  close(): Promise<void>
}

const SMALLEST_PIECE = 64
/** Of the longest message the proxy takes unless it is told otherwise. */
const OWN_MESSAGE_BYTES = loadConfig({}, {}).proxy.maxMessageBytes

/** Sends back what it hears, with the options the proxy serves with. For tests: nothing that is shipped knows of it. */
export async function startEcho({ port = 0, maxMessageBytes, secure }: EchoOptions): Promise<Echo> {
  // Messages longer than those of the proxy come in more pieces, too: the suite's in pieces of 64 bytes.
  const maxFragments = maxMessageBytes > OWN_MESSAGE_BYTES ? maxMessageBytes / SMALLEST_PIECE : undefined
  const sockets = new WebSocketServer(websocketOptions(maxMessageBytes, maxFragments))
  const http = secure ? createSecureServer({ key: secure.key, cert: secure.certificate }) : createServer()
  http.on('upgrade', (request, socket, head) => {
    // Who has been refused may still be sending.
    socket.on('error', () => {})
    sockets.handleUpgrade(request, socket, head, ws => {
      ws.on('error', () => {})
      ws.on('message', (message, isBinary) => ws.send(message, { binary: isBinary }))
    })
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (http.address() as AddressInfo).port,
    close: () => new Promise(resolve => http.close(() => resolve())),
  }
}
