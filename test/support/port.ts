import { createServer, type Server } from 'node:net'

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** A port of this machine that another program holds until it is closed. */
export const holdPort = (): Promise<{ readonly port: number; close(): void }> =>
  new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => resolve({ port: portOf(server), close: () => void server.close() }))
  })

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const port = portOf(server)
      server.close(() => resolve(port))
    })
  })
