import { randomInt } from 'node:crypto'
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

/** Systems give whoever connects a port above these: until it is bound, nobody takes one of them by chance. */
const [LOWEST, HIGHEST] = [20_000, 30_000]

/** So many neighbouring ports that are free, the lowest of them. */
export async function freePort(count = 1): Promise<number> {
  const port = randomInt(LOWEST, HIGHEST)
  for (let at = 0; at < count; at++) if (!(await isFree(port + at))) return freePort(count)
  return port
}

const isFree = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
