import { describe, expect, it } from 'vitest'
import { busAddresses, socketPath } from '../../bus/addresses.ts'

const invalid = (text: string) =>
  expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(text) })

describe('The addresses of the bus', () => {
  it('are two Unix sockets in the run folder', () => {
    expect(busAddresses({ runDir: '/home/asha/.tickwire/run', tcp: undefined })).toEqual({
      publish: 'ipc:///home/asha/.tickwire/run/bus-publish',
      subscribe: 'ipc:///home/asha/.tickwire/run/bus-subscribe',
    })
  })

  it('are a TCP port and the next one when a host and port are set', () => {
    const addresses = { publish: 'tcp://127.0.0.1:5555', subscribe: 'tcp://127.0.0.1:5556' }
    expect(busAddresses({ runDir: '/r', tcp: { host: '127.0.0.1', port: 5555 } })).toEqual(addresses)
    expect(busAddresses({ runDir: '/r', tcp: { host: 'localhost', port: 5555 } })).toEqual(addresses)
  })

  it('have paths of at most 100 bytes, and say so with the length', () => {
    const longest = `/${'r'.repeat(99 - '/bus-subscribe'.length)}`
    expect(socketPath(busAddresses({ runDir: longest, tcp: undefined }).subscribe)).toHaveLength(100)
    expect(() => busAddresses({ runDir: `${longest}r`, tcp: undefined })).toThrow(invalid('101 bytes'))
    expect(() => busAddresses({ runDir: `/${'é'.repeat(50)}`, tcp: undefined })).toThrow(invalid('bytes'))
  })

  it.each(['0.0.0.0', '192.168.1.5', 'prices.example.com', '127.0.0.1.example.com', '*'])(
    'never leave this machine: %s is refused',
    host => {
      expect(() => busAddresses({ runDir: '/r', tcp: { host, port: 5555 } })).toThrow(invalid(`ZMQ_HOST is ${host}`))
    },
  )

  it('need room for the second port', () => {
    expect(() => busAddresses({ runDir: '/r', tcp: { host: '127.0.0.1', port: 65_535 } })).toThrow(invalid('65536'))
  })
})

describe('socketPath', () => {
  it('is the file of an IPC address and nothing for TCP', () => {
    expect(socketPath('ipc:///run/bus-publish')).toBe('/run/bus-publish')
    expect(socketPath('tcp://127.0.0.1:5555')).toBeUndefined()
  })
})
