import { z } from 'zod'
import { STREAM_PATH, streamQuery } from '../streamwish.ts'
import { FRAMES } from './frames.ts'
import type { MessageKind } from './message.ts'
import { REPLIES } from './replies.ts'
import { REQUESTS } from './requests.ts'

/** With what the server ends a connection; a stream of events is told the same in `event: close`. */
export const CLOSE_CODES: Readonly<Record<number, string>> = {
  1008: 'a message in more than 64 pieces',
  1009: 'a message too big',
  1011: 'a fault of the server',
  1012: 'the server goes; come back when server_shutdown says so',
  4008: 'the client did not keep up',
  4029: 'too many messages for too long',
  4401: 'no key in time, or a refused one',
  4403: 'the key was revoked or has expired, or the session of the page is over',
  4429: 'too many connections, or too many refused keys',
}

const CODES = Object.entries(CLOSE_CODES).map(([code, meaning]) => `${code}: ${meaning}`)
const ref = (path: string) => ({ $ref: `#/${path}` })
const refs = (path: string, names: readonly string[]) => names.map(name => ref(`${path}/${name}`))
const named = <T>(kinds: readonly MessageKind[], make: (kind: MessageKind) => T): Record<string, T> =>
  Object.fromEntries(kinds.map(kind => [kind.name, make(kind)]))

/** Objects may have more than is told here: a newer server says more. */
const schemaOf = (schema: z.ZodType): object => {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
  return made
}

const message = ({ name, summary, schema, examples }: MessageKind) => ({
  name,
  title: name.replaceAll('_', ' '),
  summary,
  contentType: 'application/json',
  payload: schemaOf(schema),
  examples: examples.map((payload, nth) => ({ name: `${name} ${nth + 1}`, payload })),
})

const OUTBOUND = [...REPLIES, ...FRAMES]

const asked = () =>
  Object.fromEntries(
    REQUESTS.map(({ name, summary, replies }) => [
      name,
      {
        action: 'receive',
        summary,
        channel: ref('channels/websocket'),
        messages: refs('channels/websocket/messages', [name]),
        reply: { channel: ref('channels/websocket'), messages: refs('channels/websocket/messages', replies) },
      },
    ]),
  )

const told = (channel: string, kinds: readonly MessageKind[], summary: string, bindings?: object) => ({
  action: 'send',
  summary,
  channel: ref(`channels/${channel}`),
  messages: refs(
    `channels/${channel}/messages`,
    kinds.map(({ name }) => name),
  ),
  ...(bindings && { bindings }),
})

/** The AsyncAPI document of what goes over the WebSocket, and of the events over HTTP. `host`: where this server is. */
export function asyncApiOf({ version, host, isTls }: { version: string; host: string; isTls: boolean }): object {
  const messagesOf = (kinds: readonly MessageKind[]) => named(kinds, ({ name }) => ref(`components/messages/${name}`))
  const security = refs('components/securitySchemes', ['key'])
  const query = { method: 'GET', query: schemaOf(streamQuery), bindingVersion: '0.3.0' }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tickwire',
      version,
      description: `Live market data of your own broker accounts. Close codes: ${CODES.join('; ')}.`,
    },
    defaultContentType: 'application/json',
    servers: {
      websocket: { host, protocol: isTls ? 'wss' : 'ws', description: 'The key is shown by the first message.' },
      events: { host, protocol: isTls ? 'https' : 'http', description: 'The key stands in a header.', security },
    },
    channels: {
      websocket: {
        address: '/',
        summary: 'One JSON object per message, both ways; with the feature batch, ticks come as JSON arrays.',
        servers: [ref('servers/websocket')],
        messages: messagesOf([...REQUESTS, ...OUTBOUND]),
      },
      events: {
        address: STREAM_PATH,
        summary: 'Server-sent events: `data:` and the text of one message each.',
        servers: [ref('servers/events')],
        messages: messagesOf(OUTBOUND),
      },
    },
    operations: {
      ...asked(),
      frames: told('websocket', FRAMES, 'What comes by itself.'),
      events: told('events', OUTBOUND, 'The replies to what the address asks for, then what comes by itself.', {
        http: query,
      }),
    },
    components: {
      messages: named([...REQUESTS, ...OUTBOUND], message),
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    },
  }
}
