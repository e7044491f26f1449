import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ordersTopic } from '../../bus/bus.ts'
import { ERROR_CODES } from '../../shared/errors.ts'
import { formatOrder } from '../../shared/market/order.ts'
import { until } from '../support/bus.ts'
import type { TestClient } from '../support/client.ts'
import { orderOf } from '../support/order.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'
import { blocksOf, converse, documentOf } from './conversation.ts'

const readme = documentOf('README.md')
const blocks = blocksOf(readme)

let rig: ProxyRig
let client: TestClient

beforeAll(async () => {
  rig = await startRig({ broker: 'simulator', others: [] })
  client = await rig.connect()
  const book = {
    buy: [{ price: 2885.25, quantity: 40, orders: 3 }],
    sell: [{ price: 2885.35, quantity: 15, orders: 2 }],
  }
  rig.feed.set('NSE', 'RELIANCE', tickOf(2885.3, { book }))
})

afterAll(() => rig.close())

describe('what the README of the proxy prints', () => {
  it('has a reply behind every request', () => {
    const kinds = blocks.map(({ kind }) => kind).filter(kind => kind !== 'frame')
    expect(kinds.length).toBeGreaterThan(18)
    expect(kinds).toEqual(kinds.map((_, at) => (at % 2 === 0 ? 'request' : 'reply')))
  })

  it('is what is said, as one conversation, prices included', async () => {
    await converse(client, rig.keys.alice, blocks)
    expect(blocks.filter(({ kind }) => kind === 'frame').length).toBeGreaterThan(1)
  })

  it('shows an order update as an adapter sends it, and as a client gets it', async () => {
    const [, printed = ''] = /```json update\n([\s\S]*?)```/.exec(readme) ?? []
    const frame = JSON.stringify(JSON.parse(printed))
    expect(frame).toBe(formatOrder(orderOf('240401000000123'), { userId: 'alice', broker: 'simulator' }))
    const bus = readFileSync(new URL('../../bus/README.md', import.meta.url), 'utf8')
    expect(bus).toContain(printed.replace('"simulator"', '"demo"'))
    await client.ask({ action: 'subscribe_orders' })
    await until('the update', () => {
      rig.feed.publish(ordersTopic('TESTFEED'), Buffer.from(frame))
      return client.frames.at(-1)?.text === frame
    })
  })

  it('asks over HTTP for what there is', async () => {
    const calls = [...readme.matchAll(/^curl -s(X POST -)?H "Authorization: Bearer \$KEY" '?(http\S+?)'?$/gm)]
    expect(calls.length).toBeGreaterThan(2)
    for (const [, post, url = ''] of calls) {
      const headers = { authorization: `Bearer ${rig.keys.alice}` }
      const method = post === undefined ? 'GET' : 'POST'
      const response = await fetch(url.replace('8765', String(rig.port)), { method, headers })
      expect([url, response.status]).toEqual([url, post === undefined ? 200 : 201])
    }
    const { paths } = (await (await fetch(`http://127.0.0.1:${rig.port}/api/v1/openapi.json`)).json()) as {
      paths: object
    }
    for (const path of Object.keys(paths)) expect(readme).toContain(path.split('/{')[0])
  })

  it('names every code the protocol has, and none of another family', () => {
    const source = readFileSync(new URL('../../proxy/protocol.ts', import.meta.url), 'utf8')
    const codes = [...source.matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(([, code]) => code)
    expect(codes).toHaveLength(10)
    for (const code of codes) expect(readme).toContain(`| \`${code}\` `)
    for (const code of Object.keys(ERROR_CODES)) expect(readme).not.toContain(`\`${code}\``)
  })

  it('names every setting of the section', () => {
    const names = Object.keys(rig.config.proxy).filter(name => name !== 'host' && name !== 'port')
    for (const name of names)
      expect(readme).toContain(`\`${name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)}\``)
  })

  it('names every file of the room', () => {
    const files = readdirSync(new URL('../../proxy/', import.meta.url)).filter(file => file.endsWith('.ts'))
    expect(files.length).toBeGreaterThan(15)
    for (const file of files) expect(readme).toContain(`\`${file}\``)
  })
})
