import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { websocketOptions } from '../../proxy/websocketoptions.ts'

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

/** Sends back what it hears, with the options the proxy serves with. For tests: nothing that is shipped knows of it. */
export async function startEcho({ port = 0, maxMessageBytes, secure }: EchoOptions): Promise<Echo> {
  const sockets = new WebSocketServer(websocketOptions(maxMessageBytes))
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
