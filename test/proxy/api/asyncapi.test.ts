import { Parser } from '@asyncapi/parser'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLOSE_CODES } from '../../../proxy/api/asyncapi/document.ts'
import { FRAMES } from '../../../proxy/api/asyncapi/frames.ts'
import { REPLIES } from '../../../proxy/api/asyncapi/replies.ts'
import { REQUESTS } from '../../../proxy/api/asyncapi/requests.ts'
import { FEATURES } from '../../../proxy/features.ts'
import { until } from '../../support/bus.ts'
import type { Frame, TestClient } from '../../support/client.ts'
import { EventReader } from '../../support/events.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'
import { documentOf } from '../conversation.ts'

interface Message {
  readonly payload: object
  readonly examples: readonly { readonly payload: Readonly<Record<string, unknown>> }[]
}

interface Operation {
  readonly messages: readonly { readonly $ref: string }[]
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] }
  readonly bindings?: { readonly http: { readonly query: { readonly properties: object } } }
}

interface Document {
  readonly operations: Readonly<Record<string, Operation>>
  readonly components: { readonly messages: Readonly<Record<string, Message>> }
}

let rig: ProxyRig
let text: string
let document: Document
const ajv = new Ajv({ strict: false, allErrors: true })

beforeAll(async () => {
  rig = await startRig({ broker: 'simulator', others: [] })
  const answer = await fetch(`http://127.0.0.1:${rig.port}/api/v1/asyncapi.json`)
  text = await answer.text()
  document = JSON.parse(text) as Document
})

afterAll(() => rig.close())

/** What is wrong with a message of this kind; nothing when it is as the document says. */
function faultsOf(name: string, said: object): string[] {
  const { payload } = document.components.messages[name] as Message
  const validate = ajv.compile(payload)
  validate(said)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`)
}

/** As it was sent. */
const plain = ({ text }: Frame): Record<string, unknown> => JSON.parse(text)

const nameOf = ({ $ref }: { $ref: string }): string => $ref.slice($ref.lastIndexOf('/') + 1)
/** The kind of what a server says, as its type tells. */
const kindOf = ({ type }: Readonly<Record<string, unknown>>): string => {
  const kinds: Record<string, string> = {
    subscribe: 'subscribe_reply',
    unsubscribe: 'unsubscribe_reply',
    subscribe_orders: 'orders_reply',
    unsubscribe_orders: 'orders_reply',
  }
  return typeof type === 'string' ? (kinds[type] ?? type) : 'error'
}

async function enter(features?: readonly string[]): Promise<TestClient> {
  const client = await rig.connect()
  await client.ask({ action: 'authenticate', api_key: rig.keys.alice, features })
  return client
}

describe('the AsyncAPI document', () => {
  it('is one, as its own parser says', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(text)
    expect(diagnostics.filter(({ severity }) => severity <= 1).map(({ message, path }) => [message, path])).toEqual([])
    expect(parsed?.version()).toBe('3.0.0')
  })

  it('names where it was asked for, and repeats nothing else of a request', async () => {
    expect(text).toContain(`"host":"127.0.0.1:${rig.port}"`)
    expect(text).not.toContain('undefined')
  })

  it('has every feature, and every code a connection is closed with', () => {
    for (const feature of FEATURES) expect(text).toContain(`"${feature}"`)
    const told = [...documentOf('README.md').matchAll(/^\| (\d{4}) /gm)].map(([, code]) => Number(code))
    expect(told.length).toBeGreaterThan(6)
    expect(Object.keys(CLOSE_CODES).map(Number)).toEqual(expect.arrayContaining(told))
  })

  it.each([...REQUESTS, ...REPLIES, ...FRAMES].map(({ name }) => name))(
    'has examples of %s that are as it says',
    name => {
      const { examples } = document.components.messages[name] as Message
      expect(examples.length).toBeGreaterThan(0)
      expect(examples.flatMap(({ payload }) => faultsOf(name, payload))).toEqual([])
      expect(faultsOf(name, {})).not.toEqual([])
    },
  )
})

describe('what the document says of a conversation', () => {
  it.each(REQUESTS.map(({ name }) => name))(
    'holds for %s: each example is answered with one of its replies',
    async name => {
      const { messages = [], reply } = document.operations[name] ?? {}
      expect(messages.map(nameOf)).toEqual([name])
      const replies = (reply?.messages ?? []).map(nameOf)
      for (const { payload } of (document.components.messages[name] as Message).examples) {
        const client = await enter(['resume'])
        const answer = await client.ask('api_key' in payload ? { ...payload, api_key: rig.keys.alice } : payload)
        const fields = plain(answer)
        expect(replies).toContain(kindOf(fields))
        expect(kindOf(fields), answer.text).not.toBe('error')
        expect(faultsOf(kindOf(fields), fields)).toEqual([])
        expect(fields.request_id).toEqual(payload.request_id)
        client.close()
      }
    },
  )

  it('holds for the events over HTTP, and what their address may hold is what is read', async () => {
    const query = document.operations.events?.bindings?.http.query.properties ?? {}
    expect(Object.keys(query)).toEqual(expect.arrayContaining(['symbols', 'mode', 'message', 'ticket']))
    const reader = await EventReader.open(rig.port, 'symbols=NSE:RELIANCE&features=stamps,recent', {
      key: rig.keys.alice,
    })
    await rig.feed.wanted('NSE_RELIANCE_QUOTE')
    rig.feed.tick('NSE', 'RELIANCE', tickOf(2885.3))
    await reader.frame('a tick', ({ type }) => type === 'market_data')
    expect(reader.frames.map(plain).flatMap(fields => faultsOf(kindOf(fields), fields))).toEqual([])
    reader.close()
  })

  it('holds for what is refused', async () => {
    const client = await rig.connect()
    for (const message of [{ action: 'subscribe' }, 'x', { action: 'dance', request_id: [1] }]) {
      const fields = plain(await client.ask(message))
      expect(kindOf(fields)).toBe('error')
      expect(faultsOf('error', fields)).toEqual([])
    }
  })

  it('holds for what comes by itself, with all features and with none', async () => {
    const symbols = ['NSE:RELIANCE']
    for (const features of [undefined, FEATURES.filter(name => name !== 'batch')]) {
      const client = await enter(features)
      await client.ask({ action: 'subscribe', symbols, mode: 'Depth' })
      await rig.feed.wanted('NSE_RELIANCE_DEPTH')
      const level = { price: 2885.25, quantity: 40, orders: 3 }
      const book = { buy: [level], sell: [level] }
      for (const ltp of [2885.3, 2885.35]) rig.feed.tick('NSE', 'RELIANCE', tickOf(ltp, { book }))
      rig.feed.lose()
      rig.feed.tick('NSE', 'RELIANCE', tickOf(2886, { book }))
      await until('the last', () => client.ticks.some(({ data }) => (data as { ltp: number }).ltp === 2886))
      const all = client.frames.map(plain)
      expect(all.flatMap(fields => faultsOf(kindOf(fields), fields))).toEqual([])
      expect(new Set(all.map(({ type }) => type))).toContain('market_data')
      if (features) expect(new Set(all.map(({ type }) => type))).toContain('state')
    }
  })
})
