import { expect, it } from 'vitest'
import { Lines } from '../../../proxy/stream/lines.ts'
import { textMessage } from '../../../proxy/websocket.ts'

const writeOf = (...texts: readonly string[]) => Buffer.concat(texts.map(text => textMessage(Buffer.from(text))))

it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('each message is an event, also one of %i bytes', length => {
  const text = 'x'.repeat(length)
  expect(String(new Lines().of(writeOf('{"a":1}', text, '{"b":"₹"}')))).toBe(
    `data: {"a":1}\n\ndata: ${text}\n\ndata: {"b":"₹"}\n\n`,
  )
})

it('what several clients are written is made once', () => {
  const lines = new Lines()
  const [one, other] = [writeOf('{"a":1}'), writeOf('{"a":2}')]
  const first = lines.of(one)
  expect(lines.of(one)).toBe(first)
  expect(String(lines.of(other))).toBe('data: {"a":2}\n\n')
  expect(String(first)).toBe('data: {"a":1}\n\n')
})

it('a line break between names and values does not break the event', () => {
  expect(String(new Lines().of(writeOf('{\n"a":1,\r\n"b":2\r}')))).toBe('data: { "a":1, "b":2 }\n\n')
})
