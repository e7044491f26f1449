import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const HOST = '127.0.0.1'

/** The port of this machine that an emulator listens at. */
export class Door {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #port = 0

  constructor(options: {
    answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
    upgrade: (request: IncomingMessage, head: Buffer) => void
  }) {
    this.#server = createServer((request, response) => {
      options.answer(request, response).catch(() => request.socket.destroy())
    })
    this.#server.on('upgrade', (request, _socket, head) => options.upgrade(request, head))
    this.#server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** Rejects with the system's error when the port is taken. 0: a free one. */
  async open(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, HOST, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const address = this.#server.address()
    if (typeof address === 'object' && address) this.#port = address.port
  }

  /** `http://127.0.0.1:9400` */
  get origin(): string {
    return `http://${HOST}:${this.#port}`
  }

  /** `ws://127.0.0.1:9400` */
  get streamOrigin(): string {
    return `ws://${HOST}:${this.#port}`
  }

  /** Nobody listens, and every socket is reset. */
  shut(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Again at the same port. */
  reopen(): Promise<void> {
    return this.open(this.#port)
  }

  async close(): Promise<void> {
    this.shut()
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
    })
  }
}
