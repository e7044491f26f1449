import { connect } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

const REFUSED: [string, string, ...string[]][] = [
  ['of a strange page', '/', 'Upgrade: websocket', 'Origin: https://evil.example'],
  ['to something else', '/', 'Upgrade: foo'],
  ['with a key in the address', '/?api_key=x', 'Upgrade: websocket'],
]

let rig: ProxyRig

afterEach(() => rig.close())

/** Asks, hears the answer, and neither closes its side nor asks for anything: what it says then is refused when nobody is there. */
function ask(path: string, ...headers: readonly string[]) {
  const socket = connect({ port: rig.port, host: '127.0.0.1', allowHalfOpen: true })
  const state = { text: '', hasEnded: false, isGone: false, socket }
  socket.on('data', bytes => {
    state.text += String(bytes)
  })
  socket.on('end', () => {
    state.hasEnded = true
  })
  socket.on('error', () => {
    state.isGone = true
  })
  const all = ['Host: a', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13', ...headers]
  socket.write(`GET ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`)
  onTestFinished(() => void socket.destroy())
  return state
}

async function expectGone(asked: ReturnType<typeof ask>, answer: string): Promise<void> {
  await until('it is answered', () => asked.hasEnded)
  expect(asked.text).toContain(answer)
  const from = systemClock.monotonic()
  await until('nobody is there', () => {
    asked.socket.write('x')
    return asked.isGone
  })
  expect(systemClock.monotonic() - from).toBeLessThan(2000)
}

describe('a handshake that is refused', () => {
  it.each(REFUSED)('%s is answered, and closed though the other side stays', async (_, path, ...headers) => {
    rig = await startRig()
    await expectGone(ask(path, ...headers), 'HTTP/1.1 4')
  })

  it('by the limits of who came through a forwarder is closed, too', async () => {
    rig = await startRig({ proxy: { trustedForwarders: ['127.0.0.1'], connectionsPerAddress: 0 } })
    await expectGone(ask('/', 'Upgrade: websocket', 'X-Forwarded-For: 203.0.113.9'), 'HTTP/1.1 429 ')
  })
})
