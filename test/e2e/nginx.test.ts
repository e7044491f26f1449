import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { askNear } from '../../scripts/near.ts'
import { loadConfig } from '../../shared/config.ts'
import { writePair } from '../support/certificate.ts'
import { TestClient } from '../support/client.ts'
import { freePort } from '../support/port.ts'
import { ROOT } from '../support/source.ts'
import { eventually, System } from '../support/system.ts'

const NGINX = '/usr/sbin/nginx'
const guide = readFileSync(join(ROOT, 'proxy/DEPLOY.md'), 'utf8')
const [, snippet = ''] = /```nginx\n(.*?)```/s.exec(guide) ?? []

let folder: string
let system: System
let nginx: ChildProcess
let port: number
let ca: string

/** The snippet as it is printed, on a free port, with a certificate of the test, in front of the proxy of the test. */
function configuration(): string {
  const { certFile, keyFile } = writePair(folder)
  const site = snippet
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace(/(ssl_certificate +)\S+;/, `$1${certFile};`)
    .replace(/(ssl_certificate_key +)\S+;/, `$1${keyFile};`)
    .replace('127.0.0.1:8765', new URL(system.url()).host)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`)
  return `daemon off; master_process off; pid ${folder}/pid; error_log stderr;\nevents {}\nhttp { access_log off; ${paths.join(' ')}\n${site}}\n`
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tw-nginx-'))
  port = await freePort()
  system = await System.start('[proxy]\ntrusted_forwarders = ["127.0.0.1"]\n')
  writeFileSync(join(folder, 'nginx.conf'), configuration())
  ca = readFileSync(join(folder, 'tls.crt'), 'utf8')
  nginx = spawn(NGINX, ['-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  await eventually(async () => (await askNear(`https://127.0.0.1:${port}/readyz`, {}, 1000)).status === 200)
})

afterAll(async () => {
  const ended = once(nginx, 'exit')
  nginx.kill()
  await ended
  await system.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = async (headers: Record<string, string>) => {
  const client = await TestClient.open(`wss://localhost:${port}/ws`, { ca, headers })
  onTestFinished(() => client.close())
  return client
}

describe('the nginx of DEPLOY.md', () => {
  it('takes the snippet without a complaint', () => {
    execFileSync(NGINX, ['-t', '-q', '-c', join(folder, 'nginx.conf')], { stdio: 'pipe' })
  })

  it('waits longer than the proxy does between two pings', () => {
    const [, seconds = ''] = /proxy_read_timeout +(\d+)s;/.exec(snippet) ?? []
    expect(Number(seconds) * 1000).toBeGreaterThan(3 * loadConfig({}, {}).proxy.pingMs)
  })

  it('streams to bots and to pages of its own host', async () => {
    for (const headers of [{}, { origin: `https://localhost:${port}` }]) {
      const client = await open(headers)
      await client.ask({ action: 'authenticate', api_key: system.key })
      await client.ask({ action: 'subscribe', symbols: 'NSE:RELIANCE,NSE:TCS' })
      await eventually(() => client.ticks.length >= 5)
    }
  })

  it('keeps strange pages out', async () => {
    await expect(open({ origin: 'https://evil.example' })).rejects.toThrow('403')
  })
})
