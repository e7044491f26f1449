import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause, systemClock } from '../../shared/clock.ts'
import type { Contender, Rate } from './contender.ts'
import { nats } from './dialect.ts'
import { findProgram } from './machine.ts'
import { Program } from './process.ts'

const PATIENCE_MS = 10_000
const PUBLISHER = join(import.meta.dirname, 'peers/nats.ts')

/** A NATS server whose clients come over WebSocket, and a publisher in a process of its own. */
export async function startNats(symbols: number, core: number | undefined): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwire-nats-'))
  const [port, clients] = [await freePort(), await freePort()]
  const config = join(folder, 'nats.conf')
  const limits = 'max_payload: 1MB\nmax_pending: 64MB\n'
  writeFileSync(
    config,
    `listen: "127.0.0.1:${port}"\n${limits}websocket { listen: "127.0.0.1:${clients}", no_tls: true }\n`,
  )
  const server = new Program({ command: findProgram('nats-server') ?? 'nats-server', args: ['-c', config], core })
  await listening(port)
  const publisher = new Program({
    command: process.execPath,
    args: ['--import', 'tsx', PUBLISHER, String(symbols), String(port)],
  })
  await publisher.answer()
  return {
    name: 'nats-server',
    port: clients,
    dialect: nats,
    pid: server.pid,
    setRate: (rate: Rate) => publisher.say(`rate ${rate}`),
    ticks: async () => (await publisher.ask('count'))['ticks'] ?? 0,
    async close() {
      await publisher.stop()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

async function listening(port: number): Promise<void> {
  const end = systemClock.monotonic() + PATIENCE_MS
  while (!(await answers(port))) {
    if (systemClock.monotonic() > end) throw new Error('nats-server does not start')
    await pause(systemClock, 20)
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
