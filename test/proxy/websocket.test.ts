import type { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import * as ws from 'ws'
import { textMessage } from '../../proxy/websocket.ts'
import { parseFrames, TEXT } from '../support/clientraw.ts'

/** Exported by the library, unknown to its types. */
const { Receiver } = ws as unknown as {
  Receiver: new (options: { isServer: boolean }) => EventEmitter & { write(bytes: Buffer): void }
}

/** What the `ws` library's own parser makes of some bytes, as a client. */
function received(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer: false })
    receiver.on('message', (data: Buffer, isBinary: boolean) =>
      isBinary ? reject(new Error('binary')) : resolve(data.toString()),
    )
    receiver.on('error', reject)
    receiver.write(bytes)
  })
}

describe('a text frame', () => {
  it.each([
    [0, 2],
    [1, 2],
    [125, 2],
    [126, 4],
    [127, 4],
    [65_535, 4],
    [65_536, 10],
    [200_000, 10],
  ])('of %i bytes has a head of %i and is read back whole', async (length, head) => {
    const text = 'é'.repeat(length / 2) + 'x'.repeat(length % 2)
    const frame = textMessage(Buffer.from(text))
    expect(frame).toHaveLength(head + length)
    expect(await received(frame)).toBe(text)
    expect(parseFrames(frame)).toEqual([{ opcode: TEXT, text }])
  })

  it('copies its payload, which may be a view of something that changes', () => {
    const payload = Buffer.from('price')
    const frame = textMessage(payload)
    payload.fill(0)
    expect(frame.subarray(2).toString()).toBe('price')
  })
})
