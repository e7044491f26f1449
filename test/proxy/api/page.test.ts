import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Api } from '../../../proxy/api/app.ts'
import { addPage } from '../../../proxy/api/page.ts'
import { bareApi, handOver } from '../../support/api.ts'

const SCRIPT = `console.log(${JSON.stringify('x'.repeat(5000))})\n`
const INDEX = '<!doctype html><script type="module" src="/assets/index-a1b2.js"></script>\n'
const folder = mkdtempSync(join(tmpdir(), 'tw-page-'))
let api: Api

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), INDEX)
  writeFileSync(join(folder, 'assets', 'index-a1b2.js'), SCRIPT)
  writeFileSync(join(folder, 'assets', 'index-a1b2.js.map'), 'not for everybody')
  api = await bareApi()
  addPage(api, folder)
  await api.ready()
  // What is on the disk afterwards is nobody's business.
  writeFileSync(join(folder, 'assets', 'late.js'), 'late')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ask = (url: string, headers: Record<string, string> = {}) => api.inject({ url, headers })
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('the page', () => {
  it('is given to a browser that asks for one, and asked for again each time', async () => {
    const { statusCode, headers, body } = await ask('/', HTML)
    expect([statusCode, headers['content-type'], body]).toEqual([200, 'text/html; charset=utf-8', INDEX])
    expect(headers['cache-control']).toBe('no-cache')
    expect((await ask('/', { ...HTML, 'if-none-match': String(headers.etag) })).statusCode).toBe(304)
  })

  it('is not for who asks for anything else: he means the WebSocket', async () => {
    const { statusCode, headers } = await ask('/', { accept: '*/*' })
    expect([statusCode, headers.upgrade]).toEqual([426, 'websocket'])
    expect((await api.inject({ method: 'POST', url: '/', headers: HTML })).statusCode).toBe(405)
  })

  it('brings files that a browser keeps, as short as it can read them', async () => {
    const path = '/assets/index-a1b2.js'
    const [plain, br, gzip] = await Promise.all(
      ['', 'gzip, br', 'gzip;q=1, br;q=0'].map(coding => ask(path, { 'accept-encoding': coding })),
    )
    expect(plain?.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(plain?.body).toBe(SCRIPT)
    expect([br?.headers['content-encoding'], gzip?.headers['content-encoding']]).toEqual(['br', 'gzip'])
    expect(brotliDecompressSync(br?.rawPayload ?? '').toString()).toBe(SCRIPT)
    expect(gunzipSync(gzip?.rawPayload ?? '').toString()).toBe(SCRIPT)
    expect(new Set([plain, br, gzip].map(one => one?.headers.etag)).size).toBe(3)
    const again = await ask(path, { 'accept-encoding': 'br', 'if-none-match': String(br?.headers.etag) })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  it.each([
    '/assets/late.js',
    '/assets/index-a1b2.js.map',
    '/assets/../index.html',
    '/assets/..%2findex.html',
    '/%2e%2e/package.json',
    '/assets//index-a1b2.js',
    '/etc/passwd',
  ])('has no path to the disk: %s', async url => {
    expect((await handOver(api, { method: 'GET', url, headers: {} })).status).toBe(426)
  })

  it('says how to build it where it is not built', async () => {
    const bare = await bareApi()
    addPage(bare, join(folder, 'nothing'))
    const { statusCode, body } = await bare.inject({ url: '/', headers: HTML })
    expect([statusCode, body]).toEqual([503, expect.stringContaining('npm run build')])
  })
})

describe('pages of other sites', () => {
  const preflight = (origin: string, from: Api) =>
    from.inject({
      method: 'OPTIONS',
      url: '/api/v1/plain',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    })
  const open = async (origins: readonly string[]) => {
    const app = await bareApi({ rules: { origins, isNear: false } })
    app.get('/api/v1/plain', async () => 'told')
    return app
  }

  it('may ask where the settings name them, without a key until they do', async () => {
    const app = await open(['https://dash.example'])
    const { statusCode, headers } = await preflight('https://dash.example', app)
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([204, 'https://dash.example'])
    expect(headers['access-control-allow-headers']).toContain('authorization')
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    const refused = await app.inject({ url: '/api/v1/plain', headers: { origin: 'https://dash.example' } })
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, 'https://dash.example'])
  })

  it('may not where they do not', async () => {
    const app = await open([])
    const { statusCode, headers } = await preflight('https://evil.example', app)
    expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD'])
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    const headersOf = { origin: 'https://evil.example', authorization: 'Bearer alice' }
    const answer = await app.inject({ url: '/api/v1/plain', headers: headersOf })
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })
})
