import type { Server } from 'node:net'
import { systemCode, TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'

/**
 * Connections that may wait to be accepted; the kernel allows as many unless told. One too many is not refused but asks
 * again after 1, 3, 7, 15, 31 s: with the usual 511, ten thousand that come at once take a minute.
 */
const BACKLOG = 4096

/** Where clients connect to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Opens the port; 0 takes a free one. What keeps connections from being accepted later goes to the log. Throws
 * PORT_TAKEN, or CONFIG_INVALID for an address this machine does not have.
 */
export const listen = (server: Server, { host, port }: Address, log: Log): Promise<Address> =>
  new Promise((resolve, reject) => {
    const refuse = (error: Error) => reject(listenFailure(error, host, port))
    server.once('error', refuse)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', refuse)
      server.on('error', error => log.error({ err: error }, 'cannot accept connections for now'))
      const address = server.address()
      resolve({ host, port: typeof address === 'object' && address ? address.port : port })
    })
  })

function listenFailure(cause: Error, host: string, port: number): TickwireError {
  switch (systemCode(cause)) {
    case 'EADDRINUSE':
      return new TickwireError('PORT_TAKEN', `Port ${port} on ${host} is taken by another program`, {
        next: 'stop that program, or choose another with --port N or --port auto',
        cause,
      })
    case 'EACCES':
      return new TickwireError('PORT_TAKEN', `Port ${port} on ${host} may not be opened by this user`, {
        next: 'choose a port above 1023 with --port N',
        cause,
      })
    default:
      return new TickwireError('CONFIG_INVALID', `proxy.host: cannot listen on ${host}: ${cause.message}`, { cause })
  }
}
