import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BusAddresses, busAddresses } from '../../bus/addresses.ts'
import { startForwarder } from '../../bus/forwarder.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { listen, temporaryBus, until, watchDemand } from '../support/bus.ts'
import { freePort } from '../support/port.ts'

const highWaterMark = 1000

async function hold(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await Promise.race([once(server, 'listening'), once(server, 'error').then(([error]) => Promise.reject(error))])
  return server
}

describe('The forwarder', () => {
  let folder: string
  let addresses: BusAddresses
  let remove: () => void

  beforeEach(() => {
    ;({ folder, addresses, remove } = temporaryBus())
  })

  afterEach(() => remove())

  it('withdraws the demand of a receiver that is killed', async () => {
    const forwarder = await startForwarder({ addresses, highWaterMark })
    const publisher = openZmqBus({ addresses, highWaterMark })
    const wanted = watchDemand(publisher)
    const script = fileURLToPath(new URL('../support/subscriber.mjs', import.meta.url))
    const child = spawn(process.execPath, [script, addresses.subscribe, 'DEMO_'], { stdio: 'inherit' })
    await until('demand', () => wanted.has('DEMO_'))
    child.kill('SIGKILL')
    await until('no demand', () => wanted.size === 0)
    await publisher.close()
    await forwarder.close()
  })

  it('starts again at once on the same addresses, also over TCP', async () => {
    const tcp = busAddresses({ runDir: folder, tcp: { host: 'localhost', port: await freePort(2) } })
    for (const place of [addresses, tcp]) {
      for (let round = 0; round < 20; round++) {
        const earlier = await startForwarder({ addresses: place, highWaterMark })
        await Promise.all([earlier.close(), earlier.close()])
      }
      const forwarder = await startForwarder({ addresses: place, highWaterMark })
      const [publisher, receiver] = [
        openZmqBus({ addresses: place, highWaterMark }),
        openZmqBus({ addresses: place, highWaterMark }),
      ]
      const messages = listen(receiver)
      const wanted = watchDemand(publisher)
      receiver.subscribe('A')
      await until('demand', () => wanted.has('A\0'))
      publisher.publish('A', Buffer.from('x'))
      await until('a message', () => messages.length === 1)
      await Promise.all([publisher.close(), receiver.close()])
      await forwarder.close()
    }
  })

  it('starts over socket files that a dead forwarder left behind', async () => {
    writeFileSync(join(folder, 'bus-publish'), '')
    writeFileSync(join(folder, 'bus-subscribe'), '')
    const forwarder = await startForwarder({ addresses, highWaterMark })
    expect(statSync(join(folder, 'bus-publish')).isSocket()).toBe(true)
    await forwarder.close()
  })

  it('is alone: a second one with the same lock file is told so, until the first has closed', async () => {
    const lockFile = join(folder, 'bus.lock')
    const first = await startForwarder({ addresses, highWaterMark, lockFile })
    await expect(startForwarder({ addresses, highWaterMark, lockFile })).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: expect.stringContaining('bus'),
    })
    await first.close()
    const second = await startForwarder({ addresses, highWaterMark, lockFile })
    await second.close()
  })

  it('says which TCP port is taken and how to choose another, and holds nothing then', async () => {
    const port = await freePort(2)
    const tcp = busAddresses({ runDir: folder, tcp: { host: '127.0.0.1', port } })
    for (const taken of [port, port + 1]) {
      const holder = await hold(taken)
      await expect(startForwarder({ addresses: tcp, highWaterMark })).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(`tcp://127.0.0.1:${taken}`),
        next: expect.stringContaining('ZMQ_PORT'),
      })
      await once(holder.close(), 'close')
    }
    const forwarder = await startForwarder({ addresses: tcp, highWaterMark })
    await forwarder.close()
  })

  it('makes a run folder for its user alone, and refuses one that others may enter', async () => {
    const runDir = join(folder, 'run')
    const place = busAddresses({ runDir, tcp: undefined })
    const forwarder = await startForwarder({ addresses: place, highWaterMark })
    expect(statSync(runDir).mode & 0o777).toBe(0o700)
    await forwarder.close()
    chmodSync(runDir, 0o755)
    await expect(startForwarder({ addresses: place, highWaterMark })).rejects.toMatchObject({
      code: 'FOLDER_UNUSABLE',
      next: `chmod 700 ${runDir}`,
    })
  })

  it('says when the run folder cannot be made or the socket not be bound', async () => {
    writeFileSync(join(folder, 'file'), '')
    const inFile = busAddresses({ runDir: join(folder, 'file'), tcp: undefined })
    await expect(startForwarder({ addresses: inFile, highWaterMark })).rejects.toMatchObject({
      code: 'FOLDER_UNUSABLE',
    })
    mkdirSync(join(folder, 'bus-subscribe'))
    await expect(startForwarder({ addresses, highWaterMark })).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
      message: expect.stringContaining(addresses.subscribe),
    })
  })
})
