import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startForwarder } from '../../bus/forwarder.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { listen, temporaryBus, until } from '../support/bus.ts'

const SCRIPT = fileURLToPath(new URL('../../adapters/examples/python_publisher.py', import.meta.url))

it('the Python example publishes moving prices in the plain form (needs Debian package python3-zmq)', async () => {
  const { addresses, remove } = temporaryBus()
  const forwarder = await startForwarder({ addresses, highWaterMark: 1000 })
  const receiver = openZmqBus({ addresses, highWaterMark: 1000 })
  const messages = listen(receiver)
  receiver.subscribePrefix('ZEBRA_CRYPTO_BTCUSDFUT_LTP')
  receiver.subscribePrefix('ZEBRA_CRYPTO_BTCUSDFUT_QUOTE')

  const python = spawn('/usr/bin/python3', [SCRIPT, addresses.publish, '--feed', 'ZEBRA', '--pause', '0.01'])
  const exited = once(python, 'exit')
  let complaint = ''
  python.stderr.on('data', (text: Buffer) => {
    complaint += text
  })
  await until('ten prices or a complaint', () => messages.length >= 10 || python.exitCode !== null)
  expect(complaint).toBe('')
  python.kill('SIGKILL')
  await exited

  expect(new Set(messages.map(({ topic, plain }) => `${topic} ${plain}`))).toEqual(
    new Set(['ZEBRA_CRYPTO_BTCUSDFUT_LTP true', 'ZEBRA_CRYPTO_BTCUSDFUT_QUOTE true']),
  )
  const ticks = messages.map(({ topic, body }) => ({ topic, data: JSON.parse(body.toString()) }))
  for (const { topic, data } of ticks) {
    expect(data).toMatchObject({ ltp: expect.any(Number), timestamp: expect.any(Number) })
    expect('volume' in data).toBe(topic.endsWith('QUOTE'))
  }
  expect(new Set(ticks.map(({ data }) => data.timestamp)).size).toBeGreaterThan(1)
  await receiver.close()
  await forwarder.close()
  remove()
})
