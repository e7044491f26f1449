import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { curveKeyPair } from 'zeromq'
import { type BusAddresses, busAddresses } from '../../bus/addresses.ts'
import type { Bus } from '../../bus/bus.ts'
import { type CurveClient, type CurveKeys, isCurveKey, z85 } from '../../bus/curve.ts'
import { startForwarder } from '../../bus/forwarder.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { listen, temporaryBus, until, watchDemand } from '../support/bus.ts'
import { freePort } from '../support/port.ts'

const SCRIPT = fileURLToPath(new URL('../../adapters/examples/python_publisher.py', import.meta.url))
const highWaterMark = 1000
/** Of those that a command could take for an option: one in 82. */
const server = beginningWith('-')

let addresses: BusAddresses
let guests: Map<string, string>
let refused: string[]

function beginningWith(character: string): CurveKeys {
  for (;;) {
    const keys = curveKeyPair()
    if (keys.publicKey.startsWith(character)) return keys
  }
}

const guest = (name: string): CurveClient => {
  const keys = curveKeyPair()
  guests.set(keys.publicKey, name)
  return { ...keys, serverKey: server.publicKey }
}

function open(curve?: CurveClient): Bus {
  const bus = openZmqBus({ addresses, highWaterMark, curve })
  onTestFinished(() => bus.close())
  return bus
}

let forwarder: { close(): Promise<void> }

beforeEach(async () => {
  guests = new Map()
  refused = []
  addresses = busAddresses({ runDir: '/unused', tcp: { host: '127.0.0.1', port: await freePort(2) }, curve: {} })
  const nameOf = (key: string) => guests.get(key)
  const curve = { ...server, nameOf, onRefused: (address: string) => void refused.push(address) }
  forwarder = await startForwarder({ addresses, highWaterMark, curve })
})

afterEach(() => forwarder.close())

describe('a bus over TCP with CURVE', () => {
  it('carries what known keys send to known keys', async () => {
    const [publisher, receiver] = [open(guest('FEED')), open(guest('proxy'))]
    const messages = listen(receiver)
    const demand = watchDemand(publisher)
    receiver.subscribe('A')
    await until('the demand', () => demand.has('A\0'))
    publisher.publish('A', Buffer.from('x'))
    await until('the message', () => messages.length === 1)
    expect(refused).toEqual([])
  })

  it('lets in no key that is not listed, and nobody without one; each is told', async () => {
    const stranger = { ...curveKeyPair(), serverKey: server.publicKey }
    const [inside, outside, plain] = [open(guest('proxy')), open(stranger), open()]
    inside.subscribePrefix('')
    const messages = listen(inside)
    await until('the known one', () => inside.connected())
    await until('both sockets of the stranger', () => refused.length >= 2)
    // Again and again: what is said before the forwarder has passed the wish on reaches nobody.
    await until('the known one is heard', () => {
      for (const bus of [outside, plain]) bus.publish('A', Buffer.from('x'))
      inside.publish('B', Buffer.from('x'))
      return messages.length > 0
    })
    expect(new Set(messages.map(({ topic }) => topic))).toEqual(new Set(['B']))
    expect([outside.connected(), plain.connected()]).toEqual([false, false])
    expect(new Set(refused)).toEqual(new Set(['127.0.0.1']))
  })

  it('opens again as soon as it has closed', async () => {
    const curve = { ...server, nameOf: () => undefined, onRefused: () => undefined }
    for (let round = 0; round < 50; round++) {
      await forwarder.close()
      forwarder = await startForwarder({ addresses, highWaterMark, curve })
    }
  })

  it('is not entered by who trusts another server', async () => {
    const misled = open({ ...guest('FEED'), serverKey: curveKeyPair().publicKey })
    const known = open(guest('proxy'))
    await until('the known one', () => known.connected())
    expect(misled.connected()).toBe(false)
  })

  it('lets in the Python example with a key of its own, and not without (needs Debian package python3-zmq)', async () => {
    const folder = mkdtempSync('/tmp/tw-')
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const receiver = open(guest('proxy'))
    const messages = listen(receiver)
    receiver.subscribePrefix('PYDEMO_CRYPTO_BTCUSDFUT_LTP')
    const start = (name: string, isKnown: boolean) => {
      const keys = isKnown ? guest(name) : curveKeyPair()
      const file = `${folder}/${name}.key`
      writeFileSync(file, JSON.stringify({ publicKey: keys.publicKey, secretKey: keys.secretKey }))
      const words = [SCRIPT, addresses.publish, '--pause', '0.01', '--curve-key', file]
      const python = spawn('/usr/bin/python3', [...words, `--curve-server=${server.publicKey}`])
      onTestFinished(() => void python.kill('SIGKILL'))
      let complaint = ''
      python.stderr.on('data', (text: Buffer) => {
        complaint += text
      })
      return () => expect(complaint).toBe('')
    }
    const calm = start('stranger', false)
    await until('the stranger is turned away', () => refused.length > 0)
    expect(messages).toEqual([])
    start('PYDEMO', true)
    await until('prices', () => messages.length > 3)
    calm()
  })
})

describe('a key of CURVE', () => {
  it('is written as ZeroMQ writes it', () => {
    // The example of its RFC 32.
    expect(z85(Buffer.from('864fd26fb559f75b', 'hex'))).toBe('HelloWorld')
    expect(isCurveKey(curveKeyPair().publicKey)).toBe(true)
    for (const wrong of ['', 'x'.repeat(39), `${'x'.repeat(39)}"`, 7]) expect(isCurveKey(wrong)).toBe(false)
  })
})

it('a Unix socket is its owner’s alone, also in a folder that others may enter', async () => {
  const { addresses: place, folder, remove } = temporaryBus()
  onTestFinished(remove)
  const before = process.umask()
  const local = await startForwarder({ addresses: place, highWaterMark })
  for (const name of ['bus-publish', 'bus-subscribe']) expect(statSync(`${folder}/${name}`).mode & 0o077).toBe(0)
  expect(process.umask()).toBe(before)
  await local.close()
})
