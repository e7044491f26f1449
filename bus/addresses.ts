import { join } from 'node:path'
import { TickwireError } from '../shared/errors.ts'

/** Where the forwarder listens: publishers connect to one address, receivers to the other. */
export interface BusAddresses {
  readonly publish: string
  readonly subscribe: string
}

/** The part of the configuration that says where the bus is. */
interface BusPlace {
  readonly runDir: string
  /** Set: a TCP bus, publishers on `port`, receivers on the next one. */
  readonly tcp: { readonly host: string; readonly port: number } | undefined
}

/** The kernel allows 107 bytes for a Unix socket; the rest is room for a longer name one day. */
const MAX_PATH_BYTES = 100
const MAX_PORT = 65_535
const IPC = 'ipc://'

/** Throws CONFIG_INVALID for a socket path over 100 bytes, a host beyond loopback, or a port without a next one. */
export function busAddresses({ runDir, tcp }: BusPlace): BusAddresses {
  if (tcp) return { publish: tcpAddress(tcp.host, tcp.port), subscribe: tcpAddress(tcp.host, tcp.port + 1) }
  return { publish: ipcAddress(runDir, 'bus-publish'), subscribe: ipcAddress(runDir, 'bus-subscribe') }
}

/** The path of an IPC address, `undefined` for TCP. */
export const socketPath = (address: string): string | undefined =>
  address.startsWith(IPC) ? address.slice(IPC.length) : undefined

function ipcAddress(runDir: string, name: string): string {
  const path = join(runDir, name)
  const bytes = Buffer.byteLength(path)
  if (bytes <= MAX_PATH_BYTES) return IPC + path
  throw new TickwireError(
    'CONFIG_INVALID',
    `The bus socket ${path} has a path of ${bytes} bytes; at most ${MAX_PATH_BYTES} are possible`,
    { next: 'Choose a shorter data folder with TICKWIRE_DATA_DIR' },
  )
}

function tcpAddress(host: string, port: number): string {
  const address = host === 'localhost' ? '127.0.0.1' : host
  // Whoever reaches the port can publish a price, so it stays on this machine until the bus can encrypt.
  if (!/^127\.\d+\.\d+\.\d+$/.test(address))
    throw new TickwireError('CONFIG_INVALID', `ZMQ_HOST is ${host}; the bus listens on 127.0.0.1 only`, {
      next: 'Set ZMQ_HOST to 127.0.0.1, or leave ZMQ_HOST and ZMQ_PORT out for Unix sockets',
    })
  if (port < 1 || port > MAX_PORT)
    throw new TickwireError('CONFIG_INVALID', `Bus port ${port} is not between 1 and ${MAX_PORT}`, {
      next: `Set ZMQ_PORT between 1 and ${MAX_PORT - 1}; the port after it is used too`,
    })
  return `tcp://${address}:${port}`
}
