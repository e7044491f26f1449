import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Gap, gapNotice, type Slowness, slowNotice } from '../../proxy/notices.ts'
import { parseMessage } from '../../proxy/protocol.ts'
import { startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'
import { ROOT } from '../support/source.ts'
import { blocksOf, converse, documentOf } from './conversation.ts'

const blocks = blocksOf(documentOf('EXTENDED.md'))

function notice({ type, waiting_bytes: waitingBytes, ...rest }: Record<string, unknown>): string {
  return type === 'gap' ? gapNotice(rest as never as Gap) : slowNotice({ waitingBytes, ...rest } as never as Slowness)
}

describe('what is printed of the extended protocol', () => {
  it('has a reply behind every request', () => {
    const kinds = blocks.map(({ kind }) => kind).filter(kind => kind === 'request' || kind === 'reply')
    expect(kinds).toEqual(kinds.map((_, at) => (at % 2 === 0 ? 'request' : 'reply')))
  })

  it('is what is said, as one conversation, prices included', async () => {
    const rig = await startRig({ broker: 'simulator', others: [] })
    onTestFinished(() => rig.close())
    rig.feed.set('NSE', 'RELIANCE', tickOf(2885.3))
    await converse(await rig.connect(), rig.keys.alice, blocks)
    expect(blocks.filter(({ kind }) => kind === 'request')).toHaveLength(4)
    expect(blocks.filter(({ kind }) => kind === 'frame')).toHaveLength(1)
  })

  it('names every notice as it is sent', () => {
    const printed = blocks.filter(({ kind }) => kind === 'notice').map(({ body }) => JSON.parse(body))
    expect(printed.map(one => JSON.parse(notice(one)))).toEqual(printed)
    expect(printed).toHaveLength(5)
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
