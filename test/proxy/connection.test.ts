import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { Connection } from '../../proxy/connection.ts'
import { Turn } from '../../proxy/fanout/turn.ts'
import { loadConfig } from '../../shared/config.ts'
import { ClientStage } from './clientstage.ts'

it('is pinged behind the answer to its key, though that waits for the end of the turn', () => {
  const stage = new ClientStage()
  const { clock, rooms } = stage
  const limits = { ...loadConfig({}, {}).proxy, softBytes: 100_000, hardBytes: 1_000_000 }
  const sent: string[] = []
  const ws = Object.assign(new EventEmitter(), {
    readyState: 1,
    OPEN: 1,
    ping: () => sent.push('ping'),
    pause: () => {},
    resume: () => {},
  })
  const socket = Object.assign(new EventEmitter(), {
    writableLength: 0,
    write: (bytes: Buffer) => sent.push(bytes.toString('latin1')),
  })
  const turn = new Turn(clock, limits)
  const parts = { handshakeKey: undefined, address: '192.0.2.1', seat: 1, limits, turn, log: rooms.log, onClosed() {} }
  const connection = new Connection({ ...parts, rooms, ws: ws as never, socket: socket as never })
  connection.ping()
  ws.emit('message', Buffer.from(JSON.stringify({ action: 'authenticate', api_key: 'good' })))
  expect(connection.authenticated).toBe(true)
  expect(sent).toEqual([])
  connection.ping()
  expect(sent).toEqual([expect.stringContaining('"type":"auth","status":"success"'), 'ping'])
})
