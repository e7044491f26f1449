import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Turn } from '../../../proxy/fanout/turn.ts'
import type { Refusal } from '../../../proxy/protocol.ts'
import { Lines } from '../../../proxy/stream/lines.ts'
import { EventStream } from '../../../proxy/stream/stream.ts'
import { loadConfig } from '../../../shared/config.ts'
import { ClientStage } from '../clientstage.ts'

/** A socket that takes everything, until it is told not to. */
class Line extends EventEmitter {
  said = ''
  isStuck = false
  writableEnded = false
  destroyed = false

  get writableLength(): number {
    return this.isStuck ? 1 : 0
  }

  write(bytes: Buffer | string): boolean {
    this.said += String(bytes)
    return true
  }

  end(text: string): void {
    this.write(text)
    this.writableEnded = true
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }

  resume(): void {}
}

/** A stream on a clock that is moved by hand. */
class Stage {
  readonly stage = new ClientStage()
  readonly line = new Line()
  readonly answers: (Refusal | undefined)[] = []
  readonly ends: boolean[] = []
  readonly stream: EventStream

  constructor({ feeds }: { readonly feeds?: readonly unknown[] } = {}) {
    const { clock, rooms } = this.stage
    if (feeds) this.stage.feeds = feeds
    const { proxy } = loadConfig({}, {})
    const response = { removeHeader: () => {}, writeHead: () => {}, flushHeaders: () => this.line.write('HEAD ') }
    this.stream = new EventStream({
      socket: this.line as unknown as Socket,
      response: response as unknown as ServerResponse,
      headers: {},
      wish: { identity: { userId: 'alice', keyId: '1', ticket: false }, features: undefined, messages: [] },
      address: '192.0.2.1',
      seat: 7,
      rooms,
      limits: { ...proxy, softBytes: 1000, hardBytes: 2000 },
      turn: new Turn(clock, { flushMaxMs: 0, queueTotalBytes: 1_000_000 }),
      lines: new Lines(),
      log: pino({ enabled: false }),
      onAnswered: refusal => this.answers.push(refusal),
      onClosed: (_, slow) => this.ends.push(slow),
    })
    this.stream.open()
  }

  advance(ms: number): string {
    this.line.said = ''
    this.stage.clock.advance(ms)
    return this.line.said
  }
}

it('begins with its head and when to come back, and then the replies', () => {
  const { stage, line, answers } = new Stage()
  expect(answers).toEqual([])
  stage.clock.advance(0)
  expect(line.said.startsWith('HEAD retry: 3000\n\ndata: {"type":"auth"')).toBe(true)
  expect(answers).toEqual([undefined])
})

it('says every fifteen seconds that it is there, but not while something waits', () => {
  const stage = new Stage()
  stage.advance(0)
  expect(stage.advance(14_999)).toBe('')
  expect(stage.advance(1)).toBe(':\n\n')
  expect(stage.advance(15_000)).toBe(':\n\n')
  stage.line.isStuck = true
  stage.stream.say('{}')
  expect(stage.advance(5000)).toBe('data: {}\n\n')
  expect(stage.advance(4000)).toBe('')
  stage.stream.cut()
  expect(stage.advance(60_000)).toBe('')
  expect(stage.ends).toEqual([false])
})

it('is given up when its reader takes nothing more, told why, and cut off when it still does not', () => {
  const stage = new Stage()
  stage.advance(0)
  stage.line.isStuck = true
  stage.stream.say('{}')
  const told = 'This client does not keep up: it took no more of what was sent for 10 s'
  const notice = `data: {"type":"slow","state":"closing","reason":"${told}"}`
  expect(stage.advance(10_250)).toBe(
    `data: {}\n\n${notice}\n\nevent: close\ndata: {"code":4008,"reason":"${told}"}\n\n`,
  )
  expect([stage.ends, stage.line.destroyed]).toEqual([[true], false])
  stage.advance(10_000)
  expect(stage.line.destroyed).toBe(true)
  expect(stage.ends).toEqual([true])
})

it('says that the server goes, behind what waits, and is cut off when its reader stays', () => {
  const stage = new Stage()
  stage.advance(0)
  stage.line.said = ''
  stage.stream.say('{"last":true}')
  stage.stream.dismiss()
  expect(stage.line.said).toBe(
    'data: {"last":true}\n\nevent: close\ndata: {"code":1012,"reason":"the server goes"}\n\n',
  )
  stage.advance(1500)
  expect(stage.line.destroyed).toBe(true)
})

it('leaves it to who asked to answer one that is not let in', () => {
  const { stage, line, answers, ends } = new Stage({ feeds: [] })
  stage.clock.advance(0)
  expect(answers).toMatchObject([{ code: 'BROKER_ERROR', message: 'No broker configuration found for user' }])
  expect(ends).toEqual([false])
  stage.clock.advance(60_000)
  expect([line.said, line.destroyed]).toEqual(['', false])
})
