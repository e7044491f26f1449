import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { pino } from 'pino'
import type { Identity } from '../../proxy/access.ts'
import { type Api, createApp } from '../../proxy/api/app.ts'
import { Doorkeeper, type DoorkeeperParts } from '../../proxy/api/identity.ts'
import { Turns } from '../../proxy/api/turns.ts'
import { ManualClock } from '../../shared/clock.ts'

export const ALICE: Identity = { userId: 'alice', keyId: 'A', ticket: false }

const NEAR = { origins: [], isNear: true }

interface BareOptions extends Partial<DoorkeeperParts> {
  /** Who holds which key; without it, alice holds `alice`. */
  readonly keys?: Readonly<Record<string, Identity>>
  readonly rules?: { readonly origins: readonly string[]; readonly isNear: boolean }
}

/** The HTTP side without a proxy behind it: add resources, and `inject`. */
export function bareApi({ keys = { alice: ALICE }, rules = NEAR, ...parts }: BareOptions = {}): Promise<Api> {
  const clock = new ManualClock()
  const find = (key: string) => (Object.hasOwn(keys, key) ? keys[key] : undefined)
  const doorkeeper = new Doorkeeper({
    access: { identify: find, redeem: find, allows: () => false },
    registry: { ask: (_, answer) => answer?.({}) },
    audit: { record: () => {} },
    clock,
    turns: new Turns({ requestsPerSecond: 20, requestsBurst: 60 }, clock),
    ...parts,
  })
  return createApp({ log: pino({ enabled: false }), doorkeeper, rules, version: '0.0.0' })
}

interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Hands over a request as the door does, whatever is in it. */
export async function handOver(api: Api, said: { method: string; url: string; headers: object }): Promise<Heard> {
  const request = Object.assign(new IncomingMessage(new Socket()), said)
  const response = new ServerResponse(request)
  let raw = ''
  const line = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      raw += chunk.toString()
      done()
    },
  })
  response.assignSocket(line as Socket)
  const finished = once(response, 'finish')
  api.routing(request, response)
  await finished
  const at = raw.indexOf('\r\n\r\n')
  const [first = '', ...lines] = raw.slice(0, at).split('\r\n')
  const headers = lines.map(text => [text.slice(0, text.indexOf(':')).toLowerCase(), text.slice(text.indexOf(':') + 2)])
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers), body: raw.slice(at + 4) }
}
