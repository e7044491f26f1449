import { join } from 'node:path'
import { compile } from './compiler.ts'
import type { Contender, Rate } from './contender.ts'
import { type Dialect, socketio, tickwire } from './dialect.ts'
import { findProgram } from './machine.ts'
import { startNats } from './nats.ts'
import { Program } from './process.ts'

const PEERS = join(import.meta.dirname, 'peers')
const NODE = [process.execPath, '--import', 'tsx'] as const

/** A server to compare with. */
export interface PeerKind<Kind extends Contender = Contender> {
  readonly name: string
  /** Programs it needs; without one of them the peer is absent. */
  readonly needs: readonly string[]
  /** Whether it knows a closed loop, in which it sends as fast as its clients take it. */
  readonly floods: boolean
  start(symbols: number, core: number | undefined): Promise<Kind>
}

/** The limit that everything is compared with. */
export const BROADCASTER: PeerKind = {
  name: 'C broadcaster',
  needs: ['cc'],
  floods: true,
  start: (symbols, core) => startPeer('C broadcaster', tickwire(), [compile('broadcaster'), String(symbols)], core),
}

export const BUN: PeerKind = {
  name: 'Bun publish',
  needs: ['bun'],
  floods: true,
  start: (symbols, core) =>
    startPeer('Bun publish', tickwire(), [findProgram('bun') ?? 'bun', join(PEERS, 'bun.ts'), String(symbols)], core),
}

export const NATS: PeerKind = { name: 'nats-server', needs: ['nats-server'], floods: false, start: startNats }

const ws = (form: string, name: string): PeerKind => ({
  name,
  needs: [],
  floods: true,
  start: (symbols, core) => startPeer(name, tickwire(), [...NODE, join(PEERS, 'ws.ts'), form, String(symbols)], core),
})

/** What npm gives. */
export const LIBRARIES: readonly PeerKind[] = [
  ws('stringified', 'ws, stringified for each client'),
  ws('shared', 'ws, one text for all'),
  ws('prebuilt', 'ws, one frame for all'),
  {
    name: 'Socket.IO',
    needs: [],
    floods: true,
    start: (symbols, core) =>
      startPeer('Socket.IO', socketio, [...NODE, join(PEERS, 'socketio.ts'), String(symbols)], core),
  },
]

export const isThere = ({ needs }: PeerKind): boolean => needs.every(program => findProgram(program) !== undefined)

/** A peer that makes its own ticks: it says its port, and takes orders on stdin. */
async function startPeer(
  name: string,
  dialect: Dialect,
  [command = '', ...args]: readonly string[],
  core: number | undefined,
): Promise<Contender> {
  const program = new Program({ command, args, core })
  const { port = 0 } = await program.answer()
  return {
    name,
    port,
    dialect,
    pid: program.pid,
    setRate: (rate: Rate) => program.say(`rate ${rate}`),
    ticks: async () => (await program.ask('count'))['ticks'] ?? 0,
    close: () => program.stop(),
  }
}
