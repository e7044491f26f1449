import type { IncomingMessage } from 'node:http'

/** Java and others offer HTTP/2 with each request; who does not know of it answers as if nothing had been offered. */
export const wantsWebSocket = ({ headers: { upgrade = '' } }: Pick<IncomingMessage, 'headers'>): boolean =>
  /\bwebsocket\b/i.test(upgrade)

/** The head of a request as it came, without its wish to go on in another protocol. Pure. */
export function headWithoutUpgrade({
  method,
  url,
  httpVersion,
  rawHeaders,
}: Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'>): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() !== 'upgrade') lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  // As Node reads them: one character for each byte.
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
