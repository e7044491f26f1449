import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ProxyRig, startRig } from '../support/proxy.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig({ proxy: { origins: ['https://dash.example'] } })
})

afterAll(() => rig.close())

/** What comes back for these bytes, until the other side ends. */
async function exchange(lines: readonly string[]): Promise<string> {
  const socket = connect(rig.port, '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.write([...lines, '', ''].join('\r\n'))
  await once(socket, 'close')
  return Buffer.concat(parts).toString()
}

const UPGRADE = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
const HEADERS: readonly [string, string][] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
]

describe('every answer over HTTP', () => {
  it.each([
    ['liveness', 200, ['GET /livez HTTP/1.1', 'Host: x', 'Connection: close']],
    ['a path that is not there', 426, ['GET /nowhere HTTP/1.1', 'Host: x', 'Connection: close']],
    ['no key', 401, ['GET /status HTTP/1.1', 'Host: x', 'Connection: close']],
    ['another method', 405, ['POST / HTTP/1.1', 'Host: x', 'Connection: close', 'Content-Length: 0']],
    ['a key in the address', 400, ['GET /?apikey=x HTTP/1.1', 'Host: x', 'Connection: close']],
    [
      'a strange page',
      403,
      ['GET / HTTP/1.1', ...UPGRADE, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Origin: null'],
    ],
    ['a handshake without its key', 400, ['GET / HTTP/1.1', ...UPGRADE]],
    ['what is no HTTP', 400, ['no HTTP at all']],
    ['headers that are too long', 431, ['GET / HTTP/1.1', 'Host: x', `X: ${'x'.repeat(9000)}`]],
  ])('has the security headers: %s', async (_, status, lines) => {
    const answer = (await exchange(lines)).toLowerCase()
    expect(answer).toMatch(new RegExp(`^http/1\\.1 ${status} `))
    for (const [name, value] of HEADERS) expect(answer).toContain(`\r\n${name}: ${value}\r\n`)
    expect(answer).toMatch(/\r\ncontent-security-policy: default-src 'self';[^\r]* frame-ancestors 'none';/)
    expect(answer).not.toMatch(/\r\n(server|x-powered-by|set-cookie|strict-transport-security):/)
  })
})
