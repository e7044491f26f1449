import type { IncomingMessage } from 'node:http'

/** Who stands at the door: the address limits and lists count. */
export const addressOf = ({ socket }: IncomingMessage): string => plainAddress(socket.remoteAddress ?? '')

/** An IPv4 address as such, also where the system maps it into IPv6. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')
