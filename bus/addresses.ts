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
  /** Set: it is encrypted, and only known keys come in. */
  readonly curve?: object | undefined
}

/** The kernel allows 107 bytes for a Unix socket; the rest is room for a longer name one day. */
const MAX_PATH_BYTES = 100
const MAX_PORT = 65_535
const IPC = 'ipc://'

/** Throws CONFIG_INVALID for a socket path over 100 bytes, a host beyond loopback without CURVE, or a port without a next one. */
export function busAddresses({ runDir, tcp, curve }: BusPlace): BusAddresses {
  if (tcp) {
    const address = (port: number) => tcpAddress(tcp.host, port, curve !== undefined)
    return { publish: address(tcp.port), subscribe: address(tcp.port + 1) }
  }
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

/** Without CURVE whoever reaches the port can read every price, and could publish. */
export const isOpenBus = ({ tcp, curve }: Pick<BusPlace, 'tcp' | 'curve'>): boolean =>
  tcp !== undefined && curve === undefined

function tcpAddress(host: string, port: number, isEncrypted: boolean): string {
  const address = host === 'localhost' ? '127.0.0.1' : host
  if (!isEncrypted && !/^127\.\d+\.\d+\.\d+$/.test(address))
    throw new TickwireError('CONFIG_INVALID', `ZMQ_HOST is ${host}; without CURVE the bus listens on 127.0.0.1 only`, {
      next: 'Run tickwire bus keys and set bus.curve.keys_dir; or set ZMQ_HOST to 127.0.0.1, or leave ZMQ_HOST and ZMQ_PORT out for Unix sockets',
    })
  if (port < 1 || port > MAX_PORT)
    throw new TickwireError('CONFIG_INVALID', `Bus port ${port} is not between 1 and ${MAX_PORT}`, {
      next: `Set ZMQ_PORT between 1 and ${MAX_PORT - 1}; the port after it is used too`,
    })
  return `tcp://${address}:${port}`
}
