import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import {
  type Change,
  disagreementNotice,
  type Gap,
  gapNotice,
  type Slowness,
  shutdownNotice,
  slowNotice,
  sourceNotice,
} from '../../proxy/notices.ts'
import { parseMessage } from '../../proxy/protocol.ts'
import { systemClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'
import type { Frame } from '../support/client.ts'
import { holds } from '../support/holds.ts'
import { startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'
import { ROOT } from '../support/source.ts'
import { blocksOf, converse, documentOf } from './conversation.ts'

const extended = documentOf('EXTENDED.md')
const blocks = blocksOf(extended)

/** What is printed as one kind of message, in its order. */
const printedAs = (kind: string): Record<string, unknown>[] =>
  [...extended.matchAll(new RegExp(`\`\`\`json ${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, body = '']) =>
    JSON.parse(body),
  )

function notice({
  type,
  waiting_bytes: waitingBytes,
  reconnect_after_ms: ms,
  ...rest
}: Record<string, unknown>): string {
  if (type === 'server_shutdown') return shutdownNotice({ ...rest, reconnectAfterMs: ms } as never)
  if (type === 'source') return sourceNotice({ ...rest, mode: 'QUOTE' } as never as Change)
  if (type === 'disagreement') return disagreementNotice(rest as never as Parameters<typeof disagreementNotice>[0])
  return type === 'gap' ? gapNotice(rest as never as Gap) : slowNotice({ waitingBytes, ...rest } as never as Slowness)
}

describe('what is printed of the extended protocol', () => {
  it('has a reply behind every request', () => {
    const kinds = blocks.map(({ kind }) => kind).filter(kind => kind === 'request' || kind === 'reply')
    expect(kinds).toEqual(kinds.map((_, at) => (at % 2 === 0 ? 'request' : 'reply')))
  })

  it('is what is said, as one conversation, prices included', async () => {
    const rig = await startRig({ broker: 'simulator', others: [], isGuarded: true })
    onTestFinished(() => rig.close())
    rig.feed.set('NSE', 'RELIANCE', tickOf(2885.3))
    await converse(await rig.connect(), rig.keys.alice, blocks)
    expect(blocks.filter(({ kind }) => kind === 'request')).toHaveLength(4)
    expect(blocks.filter(({ kind }) => kind === 'frame')).toHaveLength(1)
  })

  it('tells how things stand as they are told, and marks an old price so', async () => {
    const rig = await startRig({ broker: 'simulator', others: [] })
    onTestFinished(() => rig.close())
    rig.feed.facts = { states: 0 }
    rig.feed.status()
    const client = await rig.connect()
    await client.ask({ action: 'authenticate', api_key: rig.keys.alice, features: ['state'] })
    await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 1 })
    await rig.feed.wanted('NSE_RELIANCE_LTP')
    rig.feed.tick('NSE', 'RELIANCE', tickOf(2885.3))
    await client.tick('the price', () => true)
    const [one, all] = printedAs('state')
    rig.feed.report({ suspect: ['NSE:RELIANCE'] }, { reason: one?.reason as string })
    rig.feed.facts = { ...rig.feed.facts, reason: all?.reason as string, lastTickAt: systemClock.now() }
    await until('the instrument is suspect', () => client.states.length === 2)
    rig.feed.enter('down')
    await until('the feed is down', () => client.states.length === 3)
    const times = ({ since, last_tick_at, age_ms }: Record<string, unknown> = {}) => ({ since, last_tick_at, age_ms })
    const said = (at: number, printed: Record<string, unknown> | undefined) => {
      const { text: _, ...message } = client.states[at] as Frame
      expect(Object.values(times(message)).every(time => Number.isInteger(time))).toBe(true)
      return JSON.stringify({ ...message, ...times(printed) })
    }
    expect(said(1, one)).toBe(JSON.stringify(one))
    expect(said(2, all)).toBe(JSON.stringify(all))
    const late = await rig.connect()
    await late.ask({ action: 'authenticate', api_key: rig.keys.alice, features: ['state'] })
    await late.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 1 })
    expect((await late.tick('the old price', () => true)).text).toBe(JSON.stringify(printedAs('stale')[0]))
  })

  it('shows stamps and recent ticks as they are said', async () => {
    const rig = await startRig({ broker: 'simulator', others: [] })
    onTestFinished(() => rig.close())
    const enter = async () => {
      const client = await rig.connect()
      await client.ask({
        action: 'authenticate',
        api_key: rig.keys.alice,
        features: ['stamps', 'recent', 'seq', 'count'],
      })
      await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 1 })
      return client
    }
    const first = await enter()
    await rig.feed.wanted('NSE_RELIANCE_LTP')
    for (const ltp of [2885.3, 2885.4]) rig.feed.tick('NSE', 'RELIANCE', tickOf(ltp))
    await first.tick('the second', ({ seq }) => seq === 2)
    const [{ stamps, ...said } = {}] = (await enter()).ticks
      .filter(({ recent }) => recent)
      .map(({ text }) => JSON.parse(text))
    const [recent, stamped] = [printedAs('recent')[0], printedAs('stamps')[0]]
    expect(JSON.stringify({ ...said, seq: 40, epoch: recent?.epoch })).toBe(JSON.stringify(recent))
    expect(Object.keys(stamps)).toEqual(Object.keys(stamped?.stamps as object))
    expect(Object.keys(stamped ?? {})).toEqual([...Object.keys(said).slice(0, 6), 'stamps'])
  })

  it('names every notice as it is sent', () => {
    const printed = blocks.filter(({ kind }) => kind === 'notice').map(({ body }) => JSON.parse(body))
    expect(printed.map(one => JSON.parse(notice(one)))).toEqual(printed)
    expect(printed).toHaveLength(9)
  })

  it('has a client of some thirty lines that keeps the books, and says when they do not close', async () => {
    const [source = ''] = blocks.filter(({ kind }) => kind === 'ts').map(({ body }) => body)
    expect(source.split('\n').length).toBeLessThan(40)
    const place = { symbol: 'RELIANCE', exchange: 'NSE', mode: 1, epoch: 5 }
    const frame = (seq: number, count: number) => ({ type: 'market_data', ...place, seq, count })
    const gap = (from: number, to?: number) => ({ type: 'gap', ...place, from, to, lost: to && to - from + 1 })
    const script = [[frame(41, 0)], [frame(42, 1), frame(44, 2)], gap(45, 47), [frame(48, 1)], gap(49)]
    script.push([{ ...frame(1, 1), epoch: 6 }], [{ ...frame(3, 1), epoch: 6 }])
    const heard: string[] = []
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', socket => {
      socket.on('message', message => {
        heard.push(String(message as Buffer))
        if (heard.length === 2) for (const one of script) socket.send(JSON.stringify(one))
      })
    })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const env = { ...process.env, TICKWIRE_URL: `ws://127.0.0.1:${port}`, TICKWIRE_API_KEY: 'key' }
    const words = ['--input-type=module', '--eval', source]
    const child = spawn(join(ROOT, 'node_modules/.bin/tsx'), words, { cwd: ROOT, env })
    onTestFinished(() => {
      child.kill()
      for (const socket of server.clients) socket.terminate()
      server.close()
    })
    let out = ''
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
    })
    await holds(() => expect(out).toContain('UNTOLD'))
    expect(heard.map(message => parseMessage(message, { authenticated: true, maxSymbols: 10 }).kind)).toEqual([
      'request',
      'request',
    ])
    expect(out).toBe(
      [
        'NSE:RELIANCE:1 seq 41: 0 frames + 0 folded + 0 lost = 0 published',
        'NSE:RELIANCE:1 seq 42: 1 frames + 0 folded + 0 lost = 1 published',
        'NSE:RELIANCE:1 seq 44: 2 frames + 1 folded + 0 lost = 3 published',
        'NSE:RELIANCE:1 lost 45 to 47',
        'NSE:RELIANCE:1 seq 48: 3 frames + 1 folded + 3 lost = 7 published',
        'NSE:RELIANCE:1 lost 49 to the end of its publisher',
        'NSE:RELIANCE:1 seq 1: 1 frames + 0 folded + 0 lost = 1 published',
        'NSE:RELIANCE:1 seq 3: 2 frames + 0 folded + 0 lost = 3 published, 1 UNTOLD',
        '',
      ].join('\n'),
    )
  })
})
