import { dirname } from 'node:path'
import { Proxy as Forwarding, type Socket, XPublisher, XSubscriber } from 'zeromq'
import { systemCode, TickwireError } from '../shared/errors.ts'
import { prepareRunFolder } from '../shared/store/folder.ts'
import { acquireLock } from '../shared/store/lock.ts'
import { grant } from '../shared/store/sharing.ts'
import { type BusAddresses, socketPath } from './addresses.ts'
import { type CurveServer, openGate, serverOptions } from './curve.ts'
import { ended } from './ended.ts'
import { MAX_MESSAGE_BYTES } from './envelope.ts'

export interface ForwarderOptions {
  readonly addresses: BusAddresses
  /** Messages queued per receiver before new ones are dropped for that receiver alone. */
  readonly highWaterMark: number
  /** ZeroMQ takes over a Unix socket that is in use without a word; a lock does not, and says who is there. */
  readonly lockFile?: string
  /** That shares the folder of the sockets. */
  readonly group?: number | undefined
  /** For a TCP bus that is encrypted, and lets in known keys only. */
  readonly curve?: CurveServer | undefined
}

/** For both sockets. Heartbeats tell of a receiver that froze; its demand is withdrawn. */
const CONNECTION = {
  linger: 0,
  heartbeatInterval: 500,
  heartbeatTimeout: 1500,
  maxMessageSize: MAX_MESSAGE_BYTES,
} as const

/**
 * The process everybody connects to: takes messages at `publish`, hands them out at `subscribe`, and passes up what
 * receivers want: the first one of a filter, and when the last one is gone. Copies bytes on a thread of its own.
 *
 * Throws ALREADY_RUNNING (lock held), PORT_TAKEN (TCP), FOLDER_UNUSABLE (the run folder, as in shared/store/folder.ts),
 * BUS_UNAVAILABLE for any other failure to listen.
 */
export async function startForwarder(options: ForwarderOptions): Promise<{ close(): Promise<void> }> {
  const { addresses, highWaterMark, lockFile, group, curve } = options
  for (const address of [addresses.publish, addresses.subscribe]) {
    const path = socketPath(address)
    if (path !== undefined) prepareRunFolder(dirname(path), group)
  }
  const lock = lockFile === undefined ? undefined : acquireLock(lockFile, 'The bus')
  let gate: Awaited<ReturnType<typeof openGate>> | undefined
  const letGo = async () => {
    await gate?.close()
    lock?.release()
  }
  const security = serverOptions(curve)
  // Subscriptions travel from the one socket to the other and up; none may be dropped, so no mark in that direction.
  // Nor on what comes in: see the receiver in zmq.ts. What is too much is dropped on its way out, per receiver.
  const input = new XSubscriber({ ...CONNECTION, ...security, receiveHighWaterMark: 0, sendHighWaterMark: 0 })
  const output = new XPublisher({
    ...CONNECTION,
    ...security,
    receiveHighWaterMark: 0,
    sendHighWaterMark: highWaterMark,
  })
  const sockets = [input, output]
  const released = Promise.all(sockets.map(ended))
  // A socket's file is its owner's alone, whatever the folder around it becomes one day.
  const mask = process.umask(0o077)
  try {
    gate = curve && (await openGate(curve))
    await listen(input, addresses.publish)
    await listen(output, addresses.subscribe)
  } catch (error) {
    for (const socket of sockets) socket.close()
    await released
    await letGo()
    throw error
  } finally {
    process.umask(mask)
  }
  return run(new Forwarding(input, output), released, letGo)
}

function run(
  forwarding: Forwarding,
  released: Promise<unknown>,
  letGo: () => Promise<void>,
): { close(): Promise<void> } {
  let closing: Promise<void> | undefined
  const running = forwarding.run().catch((cause: unknown) => {
    throw new TickwireError('BUS_UNAVAILABLE', 'The bus forwarder stopped by itself', { cause })
  })
  const close = async () => {
    forwarding.terminate()
    await running
    await released
    await letGo()
  }
  return { close: () => (closing ??= close()) }
}

async function listen(socket: Socket, address: string): Promise<void> {
  try {
    await socket.bind(address)
    const path = socketPath(address)
    // Made by the file mask of this process; publishers and receivers under users of their own connect, too.
    if (path !== undefined) grant(path)
  } catch (cause) {
    const code = systemCode(cause)
    if (code === 'EADDRINUSE' && socketPath(address) === undefined)
      throw new TickwireError('PORT_TAKEN', `The bus cannot listen on ${address}: another program has that port`, {
        next: 'Stop the other program, or set ZMQ_PORT to a free port (the one after it is used too)',
        cause,
      })
    throw new TickwireError('BUS_UNAVAILABLE', `The bus cannot listen on ${address} (${code ?? String(cause)})`, {
      next: 'Look at TICKWIRE_DATA_DIR, ZMQ_HOST and ZMQ_PORT',
      cause,
    })
  }
}
