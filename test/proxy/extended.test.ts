import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Gap, gapNotice, type Slowness, slowNotice } from '../../proxy/notices.ts'
import { type Parsed, parseMessage, type Request } from '../../proxy/protocol.ts'
import { authReply, errorReply, type SubscribeResult, subscribeReply } from '../../proxy/replies.ts'
import { vary } from '../../proxy/variant.ts'
import { formatFrame, frameTemplate } from '../../shared/market/frame.ts'
import { tickOf } from '../support/proxyfeed.ts'
import { ROOT } from '../support/source.ts'

const text = readFileSync(new URL('../../proxy/EXTENDED.md', import.meta.url), 'utf8')
const blocks = [...text.matchAll(/```(json )?(request|reply|frame|notice|ts)\n([\s\S]*?)```/g)].map(
  ([, , kind, body = '']) => ({ kind, body }),
)
const BROKER = 'simulator'

type Subscribe = Extract<Request, { action: 'subscribe' }>

function answer(parsed: Parsed): string {
  if (parsed.kind === 'refusal') return errorReply(parsed.refusal)
  if (parsed.kind !== 'request') throw new Error('no answer')
  const { request } = parsed
  if (request.action === 'authenticate') return authReply(BROKER, 'alice', undefined, request.features)
  const { symbols, mode, depth } = request as Subscribe
  const results = symbols.map(({ symbol, exchange, problem, delivery, resume }): SubscribeResult => {
    const ok = { ok: true, mode, depth, ...(delivery && { delivery }), ...(resume && { recovered: false }) } as const
    return { symbol, exchange, broker: BROKER, outcome: problem === undefined ? ok : { ok: false, message: problem } }
  })
  return subscribeReply(results, BROKER, undefined)
}

/** The frame of the README's RELIANCE for the first item of the last subscription. */
function frameFor({ symbols }: Subscribe, printed: Record<string, number>): string {
  const { symbol, delivery } = symbols[0] as Subscribe['symbols'][number]
  const template = frameTemplate({ feed: 'SIMULATOR', exchange: 'NSE', symbol, mode: 'QUOTE' }, BROKER)
  const { seq = 0, epoch = 0, count = 0 } = printed
  const header = { ...template, snapshot: false, epoch, sequence: seq, receivedAt: 0 }
  const variation = { symbol: undefined, fields: delivery?.fields, seq: true, count: true }
  return vary(Buffer.from(formatFrame(template, tickOf(2885.3))), header as never, variation, count).toString()
}

function notice({ type, waiting_bytes: waitingBytes, ...rest }: Record<string, unknown>): string {
  return type === 'gap' ? gapNotice(rest as never as Gap) : slowNotice({ waitingBytes, ...rest } as never as Slowness)
}

describe('what is printed of the extended protocol', () => {
  it('has a reply behind every request', () => {
    const kinds = blocks.map(({ kind }) => kind).filter(kind => kind === 'request' || kind === 'reply')
    expect(kinds).toEqual(kinds.map((_, at) => (at % 2 === 0 ? 'request' : 'reply')))
  })

  it('is what is said', () => {
    let last: Parsed | undefined
    const seen: string[] = []
    for (const { kind, body } of blocks) {
      if (kind === 'ts') continue
      const printed = JSON.parse(body)
      const compact = JSON.stringify(printed)
      seen.push(kind ?? '')
      if (kind === 'request') last = parseMessage(body, { authenticated: true, maxSymbols: 10 })
      else if (kind === 'reply') expect(answer(last as Parsed)).toBe(compact)
      else if (kind === 'notice') expect(notice(printed)).toBe(compact)
      else expect(frameFor((last as { request: Subscribe }).request, printed)).toBe(compact)
    }
    expect(seen.filter(kind => kind === 'request')).toHaveLength(4)
    expect(seen.filter(kind => kind === 'notice')).toHaveLength(5)
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
    await expect.poll(() => out, { timeout: 15_000 }).toContain('UNTOLD')
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
