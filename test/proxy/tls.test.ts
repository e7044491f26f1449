import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { CertificateFiles } from '../../proxy/certificate.ts'
import { askNear } from '../../scripts/near.ts'
import { until } from '../support/bus.ts'
import { writePair } from '../support/certificate.ts'
import { TestClient } from '../support/client.ts'
import { holds } from '../support/holds.ts'
import { type ProxyRig, type RigOptions, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

let folder: string
let files: CertificateFiles & { readonly ca: string }
let rig: ProxyRig

const start = async (proxy: RigOptions['proxy'] = {}) => {
  rig = await startRig({ proxy: { ...proxy, tls: { certFile: files.certFile, keyFile: files.keyFile } } })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tw-tls-'))
  files = writePair(folder)
})

afterEach(async () => {
  await rig.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Connects as `options` say, and gives the socket once it is encrypted; rejects with why it is not. */
async function shake(options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port: rig.port, host: '127.0.0.1', ca: files.ca, ...options })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  socket.on('error', () => {})
  return socket
}

const nameOf = (certificate: PeerCertificate) => certificate.subject.CN

describe('a port with a certificate', () => {
  beforeEach(() => start())

  it('serves a client that trusts it, prices and all', async () => {
    const client = await TestClient.open(rig.url, { ca: files.ca })
    await client.ask({ action: 'authenticate', api_key: rig.keys.alice })
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    await rig.feed.wanted('NSE_TCS_QUOTE')
    for (let ltp = 1; ltp <= 500; ltp++) rig.feed.tick('NSE', 'TCS', tickOf(ltp))
    await until('all ticks', () => client.ticks.length === 500)
    expect(client.ticks.map(({ data }) => (data as { ltp: number }).ltp)).toEqual(
      Array.from({ length: 500 }, (_, at) => at + 1),
    )
    client.close()
  })

  it('answers who offers HTTP/2 as if he had not', async () => {
    const socket = await shake()
    socket.write('GET /livez HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*alive\n$/s)
  })

  it('answers HTTP, and tells browsers to come by TLS from now on', async () => {
    const { status } = await askNear(`https://127.0.0.1:${rig.port}/livez`, {}, 5000)
    expect(status).toBe(200)
    const socket = await shake()
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    const parts: Buffer[] = []
    for await (const part of socket) parts.push(part as Buffer)
    expect(Buffer.concat(parts).toString()).toMatch(/\r\nstrict-transport-security: max-age=31536000\r\n/)
  })

  it('takes TLS 1.2 and 1.3, and nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      expect((await shake({ minVersion: version, maxVersion: version })).getProtocol()).toBe(version)
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
    await expect(shake(old)).rejects.toThrow(/version/i)
  })

  it('does not negotiate anew in the middle of a connection', async () => {
    const socket = await shake({ maxVersion: 'TLSv1.2' })
    const told = new Promise<Error | null>(resolve => {
      socket.on('error', resolve)
      socket.renegotiate({}, resolve)
    })
    expect(await told).toMatchObject({ message: expect.stringContaining('no renegotiation') })
  })

  it('cuts off who speaks plain HTTP', async () => {
    const socket = connectPlain(rig.port, '127.0.0.1')
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'close')
    expect(Buffer.concat(parts).toString()).not.toContain('HTTP/1.1')
  })

  it('cuts off who connects and says nothing', async () => {
    const socket = connectPlain(rig.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    await once(socket, 'close')
  }, 12_000)

  it('tells its status when the certificate ends', async () => {
    const { proxy } = (await rig.status()) as unknown as { proxy: { certificateEndsAt: number } }
    expect(proxy.certificateEndsAt).toBeGreaterThan(Date.now())
  })
})

describe('a new certificate', () => {
  beforeEach(() => start())

  it('is for the connections that come after it was read; those before go on', async () => {
    const client = await rig.enter()
    const before = await shake()
    expect(nameOf(before.getPeerCertificate())).toBe('tls')
    const next = writePair(folder, { name: 'next' })
    copyFileSync(next.keyFile, files.keyFile)
    copyFileSync(next.certFile, files.certFile)
    rig.reload()
    expect(nameOf((await shake({ ca: next.ca })).getPeerCertificate())).toBe('next')
    expect(before.destroyed).toBe(false)
    await client.settled()
    client.close()
  })

  it('that is broken is not used', async () => {
    writeFileSync(files.certFile, 'not a certificate')
    rig.reload()
    expect(nameOf((await shake()).getPeerCertificate())).toBe('tls')
  })
})

describe('a client over TLS that stops reading', () => {
  it('delays nobody, gets only the newest of each topic, and is cut when its time is up', async () => {
    await start({ queueSoftBytes: 65_536, queueHardBytes: 131_072, stallMs: 1500 })
    const [reader, stuck] = [await rig.enter(), await rig.enter()]
    for (const client of [reader, stuck])
      await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 3 })
    await rig.feed.wanted('NSE_TCS_DEPTH')
    stuck.pause()
    let sent = 0
    const counts = async () => (await rig.status()).clients
    while (((await counts()).folded ?? 0) === 0) {
      for (const end = sent + 50; sent < end; ) rig.feed.tick('NSE', 'TCS', tickOf(++sent))
      await until('the reader has them', () => reader.ticks.length === sent)
    }
    await holds(async () => expect((await counts()).slowClosed).toBe(1))
    const { delivered = 0, folded = 0, abandoned = 0, clients } = await counts()
    expect([clients, delivered + folded + abandoned]).toEqual([1, 2 * sent])
    stuck.resume()
    await stuck.closed
    reader.close()
  })
})
