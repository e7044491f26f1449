import { TickwireError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'

/** Where a path of the HTTP side is, by the address of the stream. Throws USAGE for one that is no such address. */
export function httpAddress(stream: string, path: string): string {
  const [, isSecure, host] = /^(?:ws|http)(s?):\/\/([^/?#@]+)/.exec(stream) ?? []
  if (host !== undefined) return `http${isSecure}://${host}${path}`
  throw new TickwireError('USAGE', `${stream} is no address of a proxy`, { next: 'write it as ws://HOST:PORT' })
}

/** Where the page is. What follows the `#` is never sent: the page takes it from there, and signs in with it once. */
export const pageAddress = (stream: string, ticket: Secret | undefined): string =>
  httpAddress(stream, ticket ? `/#ticket=${ticket.reveal()}` : '/')
