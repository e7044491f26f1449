import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Clock } from '../shared/clock.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import { httpAddress } from './address.ts'
import { OWN_PROXY } from './near.ts'
import { unreachable } from './running.ts'

export interface LinkOptions {
  readonly url: string
  /** It is the proxy of this data folder. */
  readonly isOwn: boolean
  readonly key: () => Promise<Secret>
  readonly clock: Clock
  readonly features?: readonly string[]
  /** Whatever is no answer to a ping, and when it was there: milliseconds since 1970. */
  readonly onMessage?: (message: Message, at: number) => void
}

/** One way to the server and back. */
interface Echo {
  readonly rttMs: number
  /** How far the clock over there is ahead of ours, give or take half of the way. */
  readonly aheadMs: number
}

const message = z.looseObject({ type: z.string().optional(), status: z.string().optional() })
export type Message = z.infer<typeof message>

const granted = z.looseObject({ features: z.array(z.string()).default([]) })
const refused = z.looseObject({ code: z.string().default('no code'), message: z.string().default('no reason given') })
const pong = z.looseObject({ type: z.literal('pong'), server_timestamp: z.number(), _pingId: z.string() })

const LIMIT_MS = 5000

/** One connection to a proxy that is looked at while it works. It is not made again when it ends. */
export interface Link {
  /** Milliseconds until the port answered, until it spoke WebSocket, until it took the key. */
  readonly steps: { readonly tcpMs: number; readonly upgradeMs: number; readonly authMs: number }
  readonly features: readonly string[]
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  send(what: object): void
  /** `undefined` without an answer within a few seconds. */
  ping(): Promise<Echo | undefined>
  close(): void
}

/** Throws PROXY_UNREACHABLE, KEY_INVALID, USAGE. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { url, isOwn, key, clock, features, onMessage } = options
  const began = clock.monotonic()
  await knock(url, clock)
  const reached = clock.monotonic()
  const socket = new WebSocket(url, isOwn ? OWN_PROXY : {})
  const pings = new Map<string, (answer: z.infer<typeof pong>) => void>()
  let take: (message: Message) => void = () => {}
  socket.on('message', bytes => {
    const read = Buffer.isBuffer(bytes) ? parse(bytes) : undefined
    const answer = pong.safeParse(read)
    if (answer.success) pings.get(answer.data._pingId)?.(answer.data)
    else if (read) take(read)
  })
  const ended = new Promise<void>(resolve => socket.on('close', () => resolve()))
  const broken = new Promise<never>((_, reject) => {
    socket.on('error', error => reject(unreachable(url, systemCode(error) ?? error.message)))
    socket.on('close', () => reject(unreachable(url, 'it ended the connection')))
  })
  // After it was opened, its end is no error.
  broken.catch(() => {})
  const stopLimit = clock.after(LIMIT_MS, () => socket.terminate())
  try {
    await Promise.race([new Promise(resolve => socket.on('open', resolve)), broken])
    const upgraded = clock.monotonic()
    const secret = await key()
    const asked = clock.monotonic()
    const reply = new Promise<Message>(resolve => {
      take = resolve
    })
    socket.send(JSON.stringify({ action: 'authenticate', api_key: secret.reveal(), ...(features && { features }) }))
    const said = await Promise.race([reply, broken])
    take = read => onMessage?.(read, clock.micros() / 1000)
    if (said.type !== 'auth' || said.status !== 'success') throw refusal(said)
    const steps = { tcpMs: reached - began, upgradeMs: upgraded - reached, authMs: clock.monotonic() - asked }
    return {
      steps,
      features: granted.parse(said).features,
      ended,
      send: what => socket.send(JSON.stringify(what)),
      ping: () => pingOn(socket, clock, pings, ended),
      close: () => socket.terminate(),
    }
  } catch (error) {
    socket.terminate()
    throw error
  } finally {
    stopLimit()
  }
}

let numbers = 0

async function pingOn(
  socket: WebSocket,
  clock: Clock,
  pings: Map<string, (answer: z.infer<typeof pong>) => void>,
  ended: Promise<void>,
): Promise<Echo | undefined> {
  const id = String(++numbers)
  const [sentAt, sentNow] = [clock.monotonic(), clock.micros() / 1000]
  let stopLimit = () => {}
  const late = new Promise<undefined>(resolve => {
    stopLimit = clock.after(LIMIT_MS, () => resolve(undefined))
  })
  const answered = new Promise<Echo>(resolve =>
    pings.set(id, ({ server_timestamp: there }) => {
      const rttMs = clock.monotonic() - sentAt
      resolve({ rttMs, aheadMs: there - (sentNow + rttMs / 2) })
    }),
  )
  socket.send(JSON.stringify({ action: 'ping', timestamp: Math.round(sentNow), _pingId: id }))
  try {
    return await Promise.race([answered, late, ended.then(() => undefined)])
  } finally {
    stopLimit()
    pings.delete(id)
  }
}

/** Resolves when something listens there. */
function knock(url: string, clock: Clock): Promise<void> {
  const { hostname, port, protocol } = new URL(httpAddress(url, '/'))
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
    const stopLimit = clock.after(LIMIT_MS, () => socket.destroy(new Error('it does not answer')))
    socket.on('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', error => reject(unreachable(url, systemCode(error) ?? error.message)))
    socket.on('close', () => stopLimit())
  })
}

/** `undefined` for what is no JSON object: `batch` is not asked for. */
function parse(bytes: Buffer): Message | undefined {
  try {
    return message.safeParse(JSON.parse(bytes.toString('utf8'))).data
  } catch {
    return undefined
  }
}

function refusal(said: Message): TickwireError {
  const { code, message: why } = refused.parse(said)
  return new TickwireError('KEY_INVALID', `The proxy refused the key (${code}): ${why}`, {
    next: 'tickwire key list; TICKWIRE_API_KEY must hold a key that is not revoked',
  })
}
