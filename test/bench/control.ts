import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** The line to the bench's feed, which connects to it once it runs. */
export class Control {
  readonly path: string
  readonly #server: Server
  readonly #connected: Promise<Socket>
  readonly #answers: ((text: string) => void)[] = []

  constructor(path: string) {
    this.path = path
    this.#server = createServer()
    this.#connected = new Promise(resolve => {
      this.#server.on('connection', socket => {
        socket.on('error', () => {})
        createInterface({ input: socket }).on('line', line => this.#answers.shift()?.(line))
        resolve(socket)
      })
    })
    this.#server.listen(path)
  }

  /** Resolves when the feed is there. */
  async connected(): Promise<void> {
    await this.#connected
  }

  async say(line: string): Promise<void> {
    const socket = await this.#connected
    socket.write(`${line}\n`)
  }

  async ask<Answer>(line: string): Promise<Answer> {
    const answer = new Promise<string>(resolve => this.#answers.push(resolve))
    await this.say(line)
    return JSON.parse(await answer) as Answer
  }

  close(): void {
    this.#server.close()
    this.#server.unref()
  }
}
