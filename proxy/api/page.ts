import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './app.ts'
import { tellUpgrade } from './missing.ts'

/** One file of the page, in memory. */
interface Asset {
  readonly type: string
  readonly hash: string
  readonly cache: string
  readonly plain: Buffer
  /** Absent where it would save nothing. */
  readonly gzip?: Buffer
  readonly br?: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}
const INDEX = 'index.html'
/** What vite names by its content. */
const HASHED = 'assets/'
const FOREVER = 'public, max-age=31536000, immutable'
const ASK_AGAIN = 'no-cache'
/** Below this a compressed one is no shorter on the wire. */
const WORTH_BYTES = 1024
/** A start waits for it: a third of a second at the best quality, a hundredth at this one. */
const BROTLI_QUALITY = 6
const NOT_BUILT =
  '<!doctype html><title>Tickwire</title><p>The page is not built: run "npm run build" and start again.</p>\n'

/** Where the build puts the page; run from the source tree, too. */
const BUILT = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/proxy/dashboard/' : '../dashboard/', import.meta.url),
)

/**
 * Serves the page from memory: what there is, is known at the start, so that no path of a request is ever one of a file.
 * Whatever does not ask for HTML is told to speak to the WebSocket, as everywhere.
 */
export function addPage(api: Api, folder = BUILT): void {
  const assets = readAssets(folder)
  const options = { config: { access: { isOpen: true } }, schema: { hide: true } } as const
  api.get('/', options, async (request, reply) => {
    if (!request.headers.accept?.includes('text/html')) return tellUpgrade(reply)
    const index = assets.get(INDEX)
    return index
      ? send(index, request, reply)
      : reply
          .code(503)
          .type(TYPES['.html'] ?? '')
          .send(NOT_BUILT)
  })
  for (const [name, asset] of assets)
    api.get(`/${name}`, options, async (request, reply) => send(asset, request, reply))
}

/** By their names below the folder; none where there is no folder. */
function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>()
  for (const entry of list(folder)) {
    const type = TYPES[extname(entry)]
    if (type !== undefined)
      assets.set(entry.split(sep).join('/'), assetOf(entry, type, readFileSync(join(folder, entry))))
  }
  return assets
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}

function assetOf(name: string, type: string, plain: Buffer): Asset {
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 27)
  const asset = { type, hash, plain, cache: name.startsWith(HASHED) ? FOREVER : ASK_AGAIN }
  if (plain.length < WORTH_BYTES || !/text|json|svg/.test(type)) return asset
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
  return { ...asset, br, gzip: gzipSync(plain) }
}

function send(asset: Asset, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const coding = (['br', 'gzip'] as const).find(one => asset[one] && takes(headers['accept-encoding'], one))
  // Other bytes are another entity.
  const etag = `"${asset.hash}${coding ? `-${coding}` : ''}"`
  reply.headers({ etag, 'cache-control': asset.cache, vary: 'accept-encoding' })
  if (headers['if-none-match']?.split(',').some(one => one.trim() === etag)) return reply.code(304).send()
  if (coding) reply.header('content-encoding', coding)
  return reply.type(asset.type).send((coding && asset[coding]) ?? asset.plain)
}

const takes = (said: string | readonly string[] | undefined, coding: string): boolean =>
  String(said ?? '')
    .split(',')
    .map(one => one.trim().toLowerCase().replaceAll(' ', ''))
    .some(one => one === coding || (one.startsWith(`${coding};q=`) && Number(one.slice(coding.length + 3)) > 0))
